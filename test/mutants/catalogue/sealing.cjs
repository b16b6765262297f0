// The seal: nothing gets in behind it, and nothing that was there before is left without its id.
const STATUSES = 'src/store/stream-statuses.ts';

/** Of the conformance suite: the histories seal nothing. */
const contract = (title, says) => ({ file: 'test/store/DATABASE.test.ts', title, says });

module.exports = [
  {
    name: 'sealed-without-draining',
    breaks: 'What was committed in the inbox has its id before the stream is sealed.',
    edits: [
      {
        file: STATUSES,
        find: "isSealed = state.status === 'sealed' || (await moveStillRows(db, dialect, stream));",
        replace: 'isSealed = true;',
      },
    ],
    databases: ['postgres', 'mysql'],
    shows: [],
    runs: 2,
    test: contract('numbers what waits before it is sealed', 'WAITING|toEqual|Array'),
  },
  {
    name: 'sealed-without-a-barrier',
    breaks: 'A transaction that is open when the stream is sealed commits before, or fails.',
    edits: [
      {
        file: STATUSES,
        find: '    await dialect.barrier?.raise(db, stream, lockMs);\n    let isSealed',
        replace: '    let isSealed',
      },
    ],
    databases: ['mysql', 'postgres'],
    shows: [],
    runs: 2,
    test: contract('takes no event, neither by a call nor by SQL', 'resolved'),
  },
];
