// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what is replaced is source text, some of it templates
// Ids are given and committed under the lock of the stream's row.
const { naiveReader } = require('./naive-reader.cjs');

/** Numbers that are drawn outside of any transaction: as many as wanted, one behind the other. */
const TAKE = `
    create sequence evt_numbers;
    create function evt_take(count bigint) returns bigint language plpgsql as $$
    declare taken bigint;
    begin
      perform pg_advisory_lock(1);
      taken := nextval('evt_numbers');
      perform setval('evt_numbers', taken + count - 1);
      perform pg_advisory_unlock(1);
      return taken;
    end $$;
    create function evt_number() returns trigger language plpgsql as $$
    begin
      insert into evt_queue (id, type, data) values (evt_take(1), new.type, new.data);
      return null;
    end $$;
    create trigger evt_inbox_numbers before insert on evt_inbox for each row execute function evt_number()`;

module.exports = [
  {
    name: 'auto-increment',
    breaks:
      'No reader follows `id > last` over ids that are drawn before their transaction commits.',
    edits: [
      naiveReader,
      {
        file: 'migrations/stream/0002-inbox.ts',
        find: "if (kind === 'sqlite') await numberingTrigger(db, stream, prefix);",
        replace: `await db.raw(\`${TAKE}\`);`,
      },
      {
        file: 'src/store/dialects/postgres/step-sql.ts',
        find: 'returning next_id - cardinality($3::text[]) as base, clock_timestamp() as ts',
        replace: 'returning evt_take(cardinality($3::text[])) as base, clock_timestamp() as ts',
      },
      {
        file: 'src/store/dialects/postgres/step-sql.ts',
        find: 'select s.next_id as base, (select count(*) from d) as moved, k.drained, clock',
        replace: 'select evt_take(cardinality($3::text[])) as base, 0 as moved, k.drained, clock',
      },
      {
        file: 'src/store/queries/streams.ts',
        find: "nextId: dialect.idText('next_id')",
        replace: "nextId: db.raw('(select (last_value + is_called::int)::text from evt_numbers)')",
      },
    ],
    databases: ['postgres'],
    shows: ['hole', 'lost'],
    runs: 8,
  },
  {
    name: 'gap-skipped',
    breaks:
      'Numbers are committed with their events, and nobody reads on beyond a gap; a pause makes the gap last.',
    edits: [
      naiveReader,
      {
        file: 'src/store/dialects/mysql/stepper.ts',
        find: '          START,\n          this.#sql.takeNumbers',
        replace: '          this.#sql.takeNumbers',
      },
      {
        file: 'src/store/dialects/mysql/stepper.ts',
        find: 'connection.commit(packetsOf(statements, packetBytesMax));\n        const first',
        replace: `connection.send(statements.slice(0, 1));
        await new Promise((resolve) => setTimeout(resolve, 15));
        await connection.commit([statements.slice(1)]);
        const first`,
      },
      {
        file: 'src/store/dialects/mysql/stepper.ts',
        find: 'headerOf(answers[1]).insertId',
        replace: 'headerOf(answers[0]).insertId',
      },
    ],
    databases: ['mysql'],
    shows: ['hole', 'lost', 'dense'],
    runs: 16,
  },
  {
    name: 'numbered-without-lock',
    breaks:
      'Numbers are given under the lock of the stream row; the primary key of the queue makes it an error.',
    edits: [
      {
        file: 'src/store/dialects/postgres/step-sql.ts',
        find: "select next_id from evt_streams where name = $1 and status = 'open' for update\n",
        replace: "select next_id from evt_streams where name = $1 and status = 'open'\n",
      },
      {
        file: 'src/store/dialects/postgres/step-sql.ts',
        find: "select next_id from evt_streams where name = $1 and status = 'open' for update skip locked",
        replace: "select next_id from evt_streams where name = $1 and status = 'open'",
      },
    ],
    databases: ['postgres'],
    shows: ['unexpected', 'lost', 'dense', 'archive'],
    runs: 16,
  },
];
