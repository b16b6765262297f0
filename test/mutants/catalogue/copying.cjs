// A copy has what its source had, of one history, and holds it back until then.
const SOURCES = 'test/app/copying/changing-sources.test.ts';

module.exports = [
  {
    name: 'copy-that-holds-nothing',
    breaks: 'What a copy has not taken yet is not discarded.',
    edits: [
      {
        file: 'src/relay/copying/queue-source.ts',
        find: '      await store.registerConsumer(this.stream, copyIdent(copy), { id: cursor });\n',
        replace: '',
      },
    ],
    databases: ['sqlite'],
    shows: [],
    runs: 1,
    test: {
      file: SOURCES,
      title: 'a stream is discarded behind a copy that is at work',
      says: 'toBeLessThanOrEqual|SourceTruncated',
    },
  },
  {
    name: 'copy-of-two-histories',
    breaks: 'A copy of a source that was restored meanwhile ends.',
    edits: [
      {
        file: 'src/relay/copying/queue-source.ts',
        find: '    requireStill(await this.end(), { id: rows.at(-1)?.[0] ?? after, epoch: this.#epoch });\n',
        replace: '',
      },
    ],
    databases: ['sqlite'],
    shows: [],
    runs: 1,
    test: {
      file: SOURCES,
      title: 'a stream that was restored in the middle, in a new epoch, with more events',
      says: 'resolved instead of rejected',
    },
  },
  {
    name: 'copy-beyond-its-bound',
    breaks: 'A copy has what the source had when it began.',
    edits: [
      {
        file: 'src/relay/copy-run.ts',
        find: '    return rows.filter(([id]) => compareIds(id, upTo) <= 0);\n',
        replace: '    return rows;\n',
      },
    ],
    databases: ['sqlite', 'postgres', 'mysql'],
    shows: [],
    runs: 2,
    test: {
      file: 'test/app/copying/copy.test.ts',
      title: 'a copy on DATABASE has what the source had when it began',
      says: 'toEqual|toMatchObject',
    },
  },
];
