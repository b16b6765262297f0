// Clients of /streams/: each event once, from where they are; a state that is what the events come to.
const STATE = 'test/streams/state.test.ts';

module.exports = [
  {
    name: 'sse-resumes-inclusively',
    breaks: 'Who comes again is given what is behind its last event, and not that once more.',
    edits: [
      {
        file: 'src/delivery/resume.ts',
        find: '  return { start: maxId(requested, least), reset: null };',
        replace: '  return { start: idPlus(maxId(requested, least), -1), reset: null };',
      },
    ],
    databases: ['sqlite'],
    shows: [],
    runs: 1,
    test: {
      file: 'test/streams/faults.test.ts',
      title: 'clients at random positions on DATABASE lose and double nothing while events come',
      says: 'toEqual',
    },
  },
  {
    name: 'state-that-lacks-writes',
    breaks: 'What the cursor says is in the state is there.',
    edits: [
      {
        file: 'src/store/states.ts',
        find: 'queries.writeItems(tx, this.#dialect, stream, write.items);',
        replace: 'queries.writeItems(tx, this.#dialect, stream, write.items.slice(1));',
      },
    ],
    databases: ['sqlite', 'postgres', 'mysql'],
    shows: [],
    runs: 1,
    test: {
      file: STATE,
      title: 'the state on DATABASE is what all events come to, whatever is discarded',
      says: 'toEqual|Waited',
    },
  },
  {
    name: 'state-forgets-removed-items',
    breaks: 'Who comes again is told what was removed meanwhile.',
    edits: [
      {
        file: 'src/store/queries/state.ts',
        find: "    join.andOnIn('s.kind', kinds).andOn('s.version', '>', db.raw('?', [after])),",
        replace:
          "    join.andOnIn('s.kind', kinds).andOn('s.version', '>', db.raw('?', [after])).andOnNotNull('s.value'),",
      },
    ],
    databases: ['sqlite', 'postgres', 'mysql'],
    shows: [],
    runs: 1,
    test: {
      file: STATE,
      title:
        'the state on DATABASE tells who comes again what has changed, removed items too, and no more',
      says: 'Waited|toEqual',
    },
  },
];
