// An event that a consumer passes without having handled it is parked, by the one reader that has the consumer.
const FAILURES = 'src/store/failures.ts';
const contract = (title, says) => ({ file: 'test/store/DATABASE.test.ts', title, says });

module.exports = [
  {
    name: 'passed-without-parking',
    breaks: 'A consumer goes on behind an event only when that is acknowledged or parked.',
    edits: [
      {
        file: FAILURES,
        find: '    await this.#park(tx, consumerId, batch.event, next);\n',
        replace: '',
      },
    ],
    databases: ['postgres', 'sqlite', 'mysql'],
    shows: [],
    runs: 1,
    test: contract('park each event once, however many', 'toEqual'),
  },
  {
    name: 'parked-by-who-was-replaced',
    breaks: 'A reader that was taken over writes nothing of its consumer any more.',
    edits: [
      {
        file: FAILURES,
        find: 'row !== null && (token === null || row.token === token) ? row : null',
        replace: 'row !== null && (token === null || row.token !== null) ? row : null',
      },
    ],
    databases: ['mysql', 'postgres', 'sqlite'],
    shows: [],
    runs: 1,
    test: contract('say nothing once they were taken over', 'toEqual'),
  },
  {
    name: 'parked-without-a-lock',
    breaks: 'Two that record the same failure at a time count it twice and park it once.',
    edits: [
      {
        file: 'src/store/queries/consumers.ts',
        find: `dialect.forUpdate(
    tx('evt_consumers')
      .where('id', consumerId)
      .first({
        stream: 'stream',`,
        replace: `Promise.resolve(
    tx('evt_consumers')
      .where('id', consumerId)
      .first({
        stream: 'stream',`,
      },
    ],
    databases: ['postgres', 'mysql'],
    shows: [],
    runs: 1,
    test: contract('park each event once, however many', 'toEqual|evt_parked'),
  },
];
