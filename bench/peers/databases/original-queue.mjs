// The original's tables on a fresh database, with what every measurement does to them from outside; the counterpart of
// the bench's EventQueue.
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { numberOf } from '../../kit/draft.mjs';
import { openSession } from './sql-session.mjs';

const SQL = new URL('../node_modules/futoin-eventstream/sql/', import.meta.url);
const TYPES = { sqlite: 'sqlite', postgres: 'postgresql', mysql: 'mysql' };
const SYNCHRONOUS = ['off', 'normal', 'full', 'extra'];
const INSERT_ROWS = 500;
const PAGE_ROWS = 1000;
/** How many connections the original gets: as many as the product's own default. */
const CONNECTIONS = '10';

export class OriginalQueue {
  #session;

  static async open(kind, url) {
    const session = await openSession(kind, url);
    await makeTables(session, 'active', kind);
    return new OriginalQueue(session);
  }

  constructor(session) {
    this.#session = session;
  }

  /** Inserts drafts in their order; their data holds nothing that SQL would have to escape. */
  async fill(drafts) {
    // In whole seconds of UTC, as it writes them itself.
    const ts = new Date().toISOString().slice(0, 19).replace('T', ' ');
    for (let at = 0; at < drafts.length; at += INSERT_ROWS) {
      const rows = drafts
        .slice(at, at + INSERT_ROWS)
        .map(({ type, data }) => `('${type}', '${data}', '${ts}')`);
      await this.#session.run(`insert into evt_queue (type, data, ts) values ${rows.join(', ')}`);
    }
  }

  async newest() {
    const [[newest]] = await this.#session.rows('select max(id) from evt_queue');
    return Number(newest ?? 0);
  }

  /** Everything behind `base` in order, `[id, n]`. */
  async readBehind(base) {
    const arrivals = [];
    for (let last = base; ; last = arrivals.at(-1)[0]) {
      const page = await this.#session.rows(
        `select id, data from evt_queue where id > ${last} order by id limit ${PAGE_ROWS}`,
      );
      if (page.length === 0) return arrivals;
      for (const [id, data] of page) arrivals.push([String(id), numberOfAny(data)]);
    }
  }

  close() {
    return this.#session.close();
  }
}

/** Makes the tables of one part, `active` or `dwh`, from the statements in the package. */
export async function makeTables(session, part, kind) {
  const folder = new URL(`${part}/${TYPES[kind]}/`, SQL);
  // V18.1 comes before V18.1.1.
  for (const name of (await readdir(fileURLToPath(folder))).sort().reverse()) {
    const text = (await readFile(new URL(name, folder), 'utf8')).replace(/--.*$/gm, '');
    for (const statement of text.split(/;\s*$/m)) {
      if (statement.trim() !== '') await session.run(statement);
    }
  }
}

/** What SQLite is to the original: its driver's version and settings, on a file as the original makes it. */
export async function describeOriginalSqlite(url) {
  const session = await openSession('sqlite', url);
  const one = async (sql) => (await session.rows(sql))[0][0];
  const version = await one('select sqlite_version()');
  const settings = {
    journal_mode: await one('pragma journal_mode'),
    synchronous: SYNCHRONOUS[await one('pragma synchronous')],
  };
  await session.close();
  return { version: `SQLite ${version}`, settings };
}

/** A database in the words of futoin-database; `name` is EVT or EVTDWH. */
export function originalConfig(name, kind, url) {
  const type = { [`DB_${name}_TYPE`]: TYPES[kind] };
  if (kind === 'sqlite') return { ...type, [`DB_${name}_SOCKET`]: url.slice('sqlite:'.length) };
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    ...type,
    [`DB_${name}_HOST`]: hostname,
    [`DB_${name}_PORT`]: port,
    [`DB_${name}_USER`]: decodeURIComponent(username),
    [`DB_${name}_PASS`]: decodeURIComponent(password),
    [`DB_${name}_DB`]: pathname.slice(1),
    [`DB_${name}_MAXCONN`]: CONNECTIONS,
  };
}

/** The driver of PostgreSQL has parsed what is JSON to the database. */
function numberOfAny(data) {
  return typeof data === 'string' ? numberOf(data) : data.n;
}
