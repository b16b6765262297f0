// SQLite, as the bench uses it beside the product: the bare statements on one handle of the same driver, with the same
// settings. One file, one writer, so more connections would only wait for each other.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addEvent, loadDriver, openHandle } from '../kit/product.mjs';

const BARE_TABLE = `create table bench_bare (
  id integer primary key, type text not null, data text not null, ts text not null) strict`;
const ORDER_TABLE = 'create table bench_orders (id integer primary key, n integer not null)';
const INSERT = `insert into bench_bare (type, data, ts)
  values (?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`;
const READ =
  'select cast(id as text), type, data, ts from evt_queue where id > ? order by id limit ?';
const SYNCHRONOUS = ['off', 'normal', 'full', 'extra'];

export const sqlite = {
  kind: 'sqlite',
  bareConnections: [1],

  async create({ folder }) {
    const own = await mkdtemp(join(folder, 'sqlite-'));
    return {
      url: `sqlite:${join(own, 'events.db')}`,
      drop: () => rm(own, { recursive: true, force: true }),
    };
  },

  async describe(url) {
    const handle = await open(url);
    const one = (sql) => Object.values(handle.prepare(sql).get())[0];
    const settings = {
      journal_mode: one('pragma journal_mode'),
      synchronous: SYNCHRONOUS[one('pragma synchronous')],
    };
    const version = `SQLite ${one('select sqlite_version()')}`;
    handle.close();
    const isDurable = ['full', 'extra'].includes(settings.synchronous);
    return { version, settings, isDurable, serverPid: null };
  },

  async connect(url) {
    const handle = await open(url);
    // Another process writes too, and this one has nothing else to do than to wait for it.
    handle.exec('pragma busy_timeout = 10000');
    const prepared = new Map();
    const prepare = (sql) => {
      if (!prepared.has(sql)) prepared.set(sql, handle.prepare(sql));
      return prepared.get(sql);
    };
    const insert = async ({ type, data }) => {
      prepare(INSERT).run(type, data);
    };
    const inTransaction = async (n, write) => {
      handle.exec('begin immediate');
      prepare('insert into bench_orders (n) values (?)').run(n);
      await write();
      handle.exec('commit');
    };
    return {
      async createTables() {
        handle.exec(BARE_TABLE);
        handle.exec(ORDER_TABLE);
      },
      insert,
      async readPage(after, limit) {
        const statement = prepare(READ);
        statement.setReturnArrays(true);
        return statement.all(after, limit);
      },
      /** Rows of a history, [id, type, data, ts], in one transaction. */
      async insertHistory(rows) {
        handle.exec('begin immediate');
        const insert = prepare('insert into evt_history (id, type, data, ts) values (?, ?, ?, ?)');
        for (const row of rows) insert.run(...row);
        handle.exec('commit');
      },
      transact: (n, { type, data }) =>
        inTransaction(n, () => addEvent(handle, type, JSON.parse(data))),
      /** The same with a row of the application's own in place of the event. */
      transactBare: (n, draft) => inTransaction(n, () => insert(draft)),
      async close() {
        handle.close();
      },
    };
  },
};

async function open(url) {
  return openHandle(await loadDriver(), url.slice('sqlite:'.length), 10_000);
}
