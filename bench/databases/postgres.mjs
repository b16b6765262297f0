// PostgreSQL, as the bench uses it beside the product: the bare statements, prepared by name, over plain clients with
// the settings that any application has.
import pg from 'pg';
import { addEvent } from '../kit/product.mjs';
import { parentOf } from './server-cpu.mjs';

const BARE_TABLE = `create table bench_bare (
  id bigint generated always as identity primary key, type text collate "C" not null, data json not null,
  ts timestamptz(3) not null default clock_timestamp())`;
const ORDER_TABLE =
  'create table bench_orders (id bigint generated always as identity primary key, n integer)';
const INSERT = {
  name: 'bench_insert',
  text: 'insert into bench_bare (type, data) values ($1, $2)',
};
/**
 * As text, so that the driver neither parses data nor makes dates. The order names the table, since a plain `id` would
 * be the column of the result, and that is text.
 */
const READ = {
  name: 'bench_read',
  text: `select id::text, type, data::text, ts::text from evt_queue
 where id > $1::bigint order by evt_queue.id limit $2`,
};
const INSERT_HISTORY = {
  name: 'bench_history',
  text: `insert into evt_history (id, type, data, ts)
 select * from unnest($1::bigint[], $2::text[], $3::json[], $4::timestamptz[])`,
};
const DURABILITY = ['fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method'];

export const postgres = {
  kind: 'postgres',
  bareConnections: [1, 10, 32, 128],

  async create({ serverUrl, name }) {
    // template0: somebody connected to template1 would make the copy fail.
    await onServer(serverUrl, `create database ${name} template template0`);
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    return {
      url: url.href,
      drop: () => onServer(serverUrl, `drop database if exists ${name} with (force)`),
    };
  },

  async describe(url) {
    const client = await open(url);
    const settings = {};
    for (const name of DURABILITY) {
      settings[name] = (await client.query(`show ${name}`)).rows[0][name];
    }
    const { rows } = await client.query(
      `select current_setting('server_version') as version, pg_backend_pid() as pid`,
    );
    const serverPid = parentOf(rows[0].pid, 'postgres');
    await client.end();
    return {
      version: `PostgreSQL ${rows[0].version.split(' ')[0]}`,
      settings,
      isDurable: settings.fsync === 'on' && settings.synchronous_commit !== 'off',
      serverPid,
    };
  },

  async connect(url) {
    const client = await open(url);
    const insert = ({ type, data }) => client.query({ ...INSERT, values: [type, data] });
    const inTransaction = async (n, write) => {
      await client.query('begin');
      await client.query('insert into bench_orders (n) values ($1)', [n]);
      await write();
      await client.query('commit');
    };
    return {
      async createTables() {
        await client.query(BARE_TABLE);
        await client.query(ORDER_TABLE);
      },
      insert,
      readPage: async (after, limit) =>
        (await client.query({ ...READ, values: [after, limit], rowMode: 'array' })).rows,
      transact: (n, { type, data }) =>
        inTransaction(n, () => addEvent(client, type, JSON.parse(data))),
      /** The same with a row of the application's own in place of the event. */
      transactBare: (n, draft) => inTransaction(n, () => insert(draft)),
      /** Many events in a transaction of their own, by one statement: what lies in the inbox then has no ids. */
      insertEvents(drafts) {
        const rows = drafts.map((_, place) => `($${2 * place + 1}, $${2 * place + 2})`);
        const values = drafts.flatMap(({ type, data }) => [type, data]);
        return client.query(`insert into evt_inbox (type, data) values ${rows.join(', ')}`, values);
      },
      /** Rows of a history, [id, type, data, ts], in one statement that commits. */
      insertHistory(rows) {
        const values = [0, 1, 2, 3].map((place) => rows.map((row) => row[place]));
        return client.query({ ...INSERT_HISTORY, values });
      },
      /** Keeps a snapshot of this moment, as a dump does; gives what lets it go. */
      async holdSnapshot() {
        await client.query('begin isolation level repeatable read');
        await client.query('select count(*) from evt_inbox');
        return () => client.query('commit');
      },
      /** Leaves a transaction open that has written an event; gives what takes it back. */
      async hold({ type, data }) {
        await client.query('begin');
        await addEvent(client, type, JSON.parse(data));
        return () => client.query('rollback');
      },
      close: () => client.end(),
    };
  },
};

async function open(url) {
  const client = new pg.Client({ connectionString: url });
  // A database that is dropped cuts its connections; without a listener that would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function onServer(url, statement) {
  const client = await open(url);
  await client.query(statement).finally(() => client.end());
}
