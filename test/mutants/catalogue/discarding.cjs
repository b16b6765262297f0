// Nothing is discarded before every consumer and the archive have it.
const DISCARD = 'src/store/discard.ts';

/** Registering, reading and discarding at once; who misses something gets CursorTooOld, or a hole. */
const RACE = {
  file: 'test/service/discard-race.test.ts',
  title: 'discarding while others register and read on DATABASE',
  says: 'The position was discarded|toEqual',
};

module.exports = [
  {
    name: 'discarded-before-archived',
    breaks: 'The archive has a cursor too.',
    edits: [
      {
        file: DISCARD,
        find: 'return holders.map((consumer) => consumer.cursor).reduce(minId, state.newest);',
        replace:
          'return holders.flatMap(({ ident, cursor }) => (ident === ARCHIVER ? [] : [cursor])).reduce(minId, state.newest);',
      },
    ],
    databases: ['sqlite', 'postgres', 'mysql'],
    shows: ['archive'],
    runs: 16,
    // It shows when all consumers have come to the end.
    settings: { HISTORY_READ_SECONDS: '10' },
  },
  {
    name: 'discarded-one-too-many',
    breaks: 'Nothing above the least cursor is discarded.',
    edits: [
      {
        file: DISCARD,
        find: 'return holders.map((consumer) => consumer.cursor).reduce(minId, state.newest);',
        replace:
          'return idPlus(holders.map((consumer) => consumer.cursor).reduce(minId, state.newest), 1);',
      },
    ],
    databases: ['mysql', 'sqlite', 'postgres'],
    shows: ['archive', 'hole', 'lost', 'dense'],
    runs: 16,
  },
  {
    name: 'cursors-read-before-the-lock',
    breaks: 'A discard reads the cursors in a later statement than it locks the stream row.',
    edits: [
      {
        file: DISCARD,
        find: '  const state = await lockStream(tx, dialect, stream);\n',
        replace: '',
      },
      {
        file: DISCARD,
        find: '  const [known, wayMs] = await timed(listHolders(tx, dialect, stream));\n',
        replace: `  const [known, wayMs] = await timed(listHolders(tx, dialect, stream));
  const state = await lockStream(tx, dialect, stream);
`,
      },
    ],
    databases: ['postgres', 'mysql'],
    shows: [],
    runs: 16,
    test: RACE,
  },
  {
    name: 'registered-without-lock',
    breaks: 'Who registers holds the stream row, so that no discard passes by.',
    edits: [
      {
        file: 'src/store/registration.ts',
        find: `  // The lock keeps the discarder away until the new cursor is visible to it.
  const state = await streams.lockStream(tx, `,
        replace: '  const state = await streams.streamState(tx, ',
      },
    ],
    databases: ['postgres', 'mysql'],
    shows: [],
    runs: 16,
    test: RACE,
  },
  {
    name: 'discarded-asked-about-before-the-rows',
    breaks:
      'A range read asks what was discarded behind its rows; a pause makes the moment between last, and the look for holes is gone.',
    edits: [
      {
        file: 'src/store/log-reader.ts',
        find: "    const rows = await this.#run.repeatable('readAfter', () =>\n",
        replace: `    const state = await this.state(stream);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const rows = await this.#run.repeatable('readAfter', () =>
`,
      },
      {
        file: 'src/store/log-reader.ts',
        find: '    const state = await this.state(stream);\n    requireReadable(stream, state);\n    this.#requireEpoch(queue, state);\n    if (queue',
        replace:
          '    requireReadable(stream, state);\n    this.#requireEpoch(queue, state);\n    if (queue',
      },
      {
        file: 'src/store/log-reader.ts',
        find: 'after, rows, state.gapsUpTo)',
        replace: 'after, [], state.gapsUpTo)',
      },
    ],
    databases: ['postgres', 'sqlite', 'mysql'],
    shows: [],
    runs: 16,
    test: RACE,
  },
];
