// Databases and a folder for the tests of copies, gone afterwards; what stands in them, read by SQL alone.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Draft } from '../../../src/contract/event.ts';
import { Store } from '../../../src/store/store.ts';
import { Warehouse } from '../../../src/store/warehouse.ts';
import { createDatabase, type DatabaseKind, type TestDatabase } from '../../support/databases.ts';
import { openSqlSession, type SqlSession } from '../../support/sql-session.ts';
import { type CliOptions, type CliRun, cli, startCli } from '../run-cli.ts';

export interface Place extends TestDatabase {
  readonly sql: SqlSession;
  /** Open as long as the test. */
  store(streams?: readonly string[]): Promise<Store>;
  warehouse(streams?: readonly string[]): Promise<Warehouse>;
}

// biome-ignore lint/suspicious/noExplicitAny: what a command has printed
export type Facts = Record<string, any>;

export class Places {
  readonly #cleanups: (() => Promise<unknown>)[] = [];
  dir = '';

  async open(): Promise<void> {
    this.dir = await mkdtemp(join(tmpdir(), 'aftercommit-copies-'));
    this.#cleanups.unshift(() => rm(this.dir, { recursive: true, force: true }));
  }

  async database(kind: DatabaseKind): Promise<Place> {
    const database = await createDatabase(kind);
    this.#cleanups.unshift(() => database.drop());
    const sql = await openSqlSession(kind, database.url);
    this.#cleanups.unshift(() => sql.close());
    const options = { database: database.url, poolMax: 4, timeoutMs: 10_000 };
    return {
      ...database,
      sql,
      store: async (streams = ['main']) => {
        const store = await Store.open(options);
        this.#cleanups.unshift(() => store.close());
        await store.migrate(streams);
        return store;
      },
      warehouse: async (streams = ['main']) => {
        const warehouse = await Warehouse.open(options);
        this.#cleanups.unshift(() => warehouse.close());
        await warehouse.migrate(streams);
        return warehouse;
      },
    };
  }

  async close(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0)) await cleanup();
  }
}

/** `aftercommit copy` with these arguments; its exit code, what it has said, and the last facts that it has printed. */
export async function copy(args: readonly string[], options?: CliOptions): Promise<Facts> {
  return factsOf(await cli(['copy', ...args, '--json'], options));
}

export interface Copying {
  readonly run: CliRun;
  readonly ended: Promise<Facts>;
}

export function startCopy(args: readonly string[], options?: CliOptions): Copying {
  const run = startCli(['copy', ...args, '--json'], options);
  return { run, ended: run.ended.then(factsOf) };
}

function factsOf({
  code,
  stdout,
  stderr,
}: {
  code: number;
  stdout: string;
  stderr: string;
}): Facts {
  const last = stdout.split('\n').slice(0, -1).at(-1);
  const facts = last === undefined ? {} : JSON.parse(last);
  return { ...facts, code, stderr };
}

/** As the database has them: id, type, data as text, ts. */
export async function rowsOf({ sql, kind }: Place, table = 'evt_queue'): Promise<string[]> {
  const text = { sqlite: 'cast(id as text)', postgres: 'id::text', mysql: 'cast(id as char)' }[
    kind
  ];
  const data = kind === 'postgres' ? 'data::text' : 'data';
  const ts = {
    sqlite: 'ts',
    postgres: `to_char(ts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    mysql: "concat(replace(cast(ts as char), ' ', 'T'), 'Z')",
  }[kind];
  const rows = await sql.run(
    `select ${text} as shown, type, ${data} as data, ${ts} as at from ${table} order by id`,
  );
  return rows.map(({ shown, type, data, at }) => `${shown} ${type} ${data} ${at}`);
}

export async function idsOf(place: Place, table?: string): Promise<number[]> {
  return (await rowsOf(place, table)).map((row) => Number(row.split(' ', 1)[0]));
}

/** Some of them alike in all but their ids. */
function drafts(count: number): Draft[] {
  return Array.from({ length: count }, (_, nth) => ({
    type: nth % 3 === 0 ? 'A' : 'B',
    data: nth % 2 === 0 ? '{"same": true}' : JSON.stringify({ nth }),
  }));
}

export async function append(store: Store, count: number, stream = 'main'): Promise<void> {
  for (let at = 0; at < count; at += 1000) {
    await store.append(stream, drafts(Math.min(1000, count - at)));
  }
}

/** Those that copies from the stream have registered. */
export async function consumersOf({ sql }: Place, stream: string): Promise<string[]> {
  const rows = await sql.run(
    `select ident from evt_consumers where stream = '${stream}' and ident like 'COPY%'`,
  );
  return rows.map(({ ident }) => String(ident));
}
