// Only what its consumer has answered is acknowledged, by its newest reader alone, and never taken back.
const SUBSCRIPTION = 'src/delivery/subscription.ts';

module.exports = [
  {
    name: 'acknowledged-when-sent',
    breaks: 'The cursor moves when the consumer has answered, and not when the batch is sent.',
    edits: [
      {
        file: SUBSCRIPTION,
        find: '      this.#countSent(events.size);',
        replace: '      this.#acknowledge(batch);\n      this.#countSent(events.size);',
      },
    ],
    databases: ['sqlite', 'postgres', 'mysql'],
    shows: ['hole', 'lost'],
    runs: 8,
  },
  {
    name: 'resent-in-no-order',
    breaks: 'A refused batch comes again before everything behind it.',
    edits: [
      {
        file: SUBSCRIPTION,
        find: `    this.#loop.flow.clear();
    channel.forget();
    this.#seq = batch.seq;
    this.#scanned = batch.after;
    this.#sentUpTo = batch.after;
`,
        replace: `    const { filter, limits } = this.#options;
    const goesOnAt = this.#scanned;
    const again = await feed.cut(batch.after, filter, { ...limits, eventsMax: limits.batchMax });
    this.#sentUpTo = batch.after;
    this.#scanned = batch.upTo;
    this.#send(again.events);
    this.#scanned = goesOnAt;
    this.#sentUpTo = goesOnAt;
`,
      },
    ],
    databases: ['sqlite', 'postgres', 'mysql'],
    shows: ['chain'],
    runs: 16,
  },
  {
    name: 'acknowledged-without-token',
    breaks: 'A reader that was replaced acknowledges nothing more.',
    edits: [
      {
        file: 'src/store/dialects/postgres/statements.ts',
        find: '(a.token is null or a.token = c.lease_token) and ',
        replace: '',
      },
      {
        file: 'src/store/dialects/mysql/statements.ts',
        find: '\n where a.token is null or c.lease_token = a.token',
        replace: '',
      },
      {
        file: 'src/store/dialects/sqlite/sqlite.ts',
        find: ' and (?3 is null or lease_token = ?3)',
        replace: ' and (?3 is null or ?3 is not null)',
      },
    ],
    databases: ['sqlite', 'postgres', 'mysql'],
    shows: ['hole'],
    runs: 16,
  },
  {
    name: 'cursor-moved-back',
    breaks: 'Acknowledgements move a cursor forward only.',
    edits: [
      {
        file: 'src/store/dialects/postgres/statements.ts',
        find: 'greatest(t.last_evt_id, v.cursor)',
        replace: 'v.cursor',
      },
      {
        file: 'src/store/dialects/mysql/statements.ts',
        find: 'greatest(c.last_evt_id, a.cursor_id)',
        replace: 'a.cursor_id',
      },
      {
        file: 'src/store/dialects/sqlite/sqlite.ts',
        find: 'max(last_evt_id, cast(?1 as integer))',
        replace: 'cast(?1 as integer)',
      },
    ],
    databases: ['postgres', 'mysql', 'sqlite'],
    shows: ['repeated'],
    runs: 16,
  },
];
