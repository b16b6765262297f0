// Every batch is a whole range in the order of ids.
const { naiveReader } = require('./naive-reader.cjs');

module.exports = [
  {
    name: 'read-in-no-order',
    breaks:
      'Reads are ordered; two that change places stand for a plan that gives rows as it finds them.',
    edits: [
      {
        ...naiveReader,
        replace:
          'return (rows.length > 2 ? [rows[1], rows[0], ...rows.slice(2)] : rows) as EventRow[];',
      },
    ],
    databases: ['sqlite', 'postgres', 'mysql'],
    shows: ['order', 'hole'],
    runs: 1,
  },
  {
    name: 'following-from-newest',
    breaks:
      'Who has read the history to its end goes on by id, not from a newest id that was read elsewhere.',
    edits: [
      // With a window of 300 events readers are seldom behind it, where they read the history.
      {
        file: 'src/feed/window.ts',
        find: 'this.size > windowEventsMax',
        replace: 'this.size > Math.min(10, windowEventsMax)',
      },
      {
        file: 'src/delivery/subscription.ts',
        find: '    this.#scanned = cut.upTo;\n',
        replace: `    this.#scanned = cut.upTo;
    if (!feed.isFollowing(from) && cut.events.size < limits.batchMax) {
      const newer = await feed.cutFresh(cut.upTo, null, { ...bounds, eventsMax: 1000 });
      this.#scanned = newer.upTo;
    }
`,
      },
    ],
    databases: ['postgres', 'mysql'],
    shows: ['hole', 'lost'],
    runs: 16,
  },
  {
    name: 'cut-shared-whatever-is-wanted',
    breaks: 'What was cut for one reader is given to those only who want the same.',
    edits: [
      {
        file: 'src/feed/cuts.ts',
        find: 'filter?.key ?? ALL',
        replace: 'ALL',
      },
    ],
    databases: ['sqlite', 'postgres', 'mysql'],
    shows: ['hole', 'unwanted'],
    runs: 4,
  },
  {
    name: 'waiting-past-what-is-wanted',
    breaks: 'Who waits is told how far nothing wanted has come, and no further.',
    edits: [
      {
        file: 'src/feed/audience.ts',
        find: '      const { filter } = group;\n',
        replace:
          '      const { filter } = group;\n      group.upTo = rows.at(-2)?.[0] ?? group.upTo;\n',
      },
    ],
    databases: ['sqlite', 'postgres', 'mysql'],
    shows: ['hole', 'lost'],
    runs: 8,
  },
  {
    name: 'discarded-not-asked-about',
    breaks: 'What was discarded before it was read is told, and never passed over in silence.',
    edits: [naiveReader],
    databases: ['sqlite', 'postgres', 'mysql'],
    shows: [],
    runs: 1,
    test: {
      file: 'test/store/DATABASE.test.ts',
      title: 'is told to who reads from a discarded position',
      says: 'Received promise resolved instead of rejected',
    },
  },
  {
    name: 'given-out-before-it-is-on-the-disk',
    breaks: 'What the database shows before it is on its disk leaves it only when it is.',
    edits: [
      {
        file: 'src/store/dialects/mysql/statements.ts',
        find: 'insert into evt_syncs (slot, times) values (0, 1) on duplicate key update times = times + 1',
        replace: 'select 1',
      },
    ],
    databases: ['mysql'],
    shows: [],
    runs: 1,
    test: {
      file: 'test/crash/unsynced.test.ts',
      title: 'are on it once they were read',
      says: 'toEqual',
    },
  },
];
