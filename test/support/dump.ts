// A dump of a database as its operator makes one, and a new database that it is restored to.
import { execFile, execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDatabase, type DatabaseKind, type TestDatabase } from './databases.ts';
import { openSqlSession } from './sql-session.ts';

export interface Dump {
  restore(): Promise<TestDatabase>;
  /** Removes the dump. */
  remove(): Promise<void>;
}

interface Programs {
  readonly dump: string;
  readonly load: string;
  readonly env: Record<string, string>;
  readonly error?: { readonly message: string; readonly install: string };
}

const FINDER = join(__dirname, 'servers/find-dump.mjs');
const run = promisify(execFile);

/** Why a database of this kind cannot be dumped here; null where it can. */
export function dumpProblem(kind: DatabaseKind): string | null {
  const { error } = programsFor(kind);
  return error === undefined ? null : `${error.message}; to install it: ${error.install}`;
}

export async function dumpDatabase(kind: DatabaseKind, url: string): Promise<Dump> {
  const folder = await mkdtemp(join(tmpdir(), 'aftercommit-dump-'));
  const file = join(folder, 'dump');
  await DUMP[kind](url, file);
  return {
    restore: async () => {
      const database = await createDatabase(kind);
      await RESTORE[kind](database.url, file);
      return database;
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

const DUMP: Readonly<Record<DatabaseKind, (url: string, file: string) => Promise<unknown>>> = {
  sqlite: async (url, file) => {
    const sql = await openSqlSession('sqlite', url);
    await sql.run(`vacuum into '${file}'`);
    await sql.close();
  },
  postgres: (url, file) => {
    const { dump, env } = programsFor('postgres');
    return run(dump, ['--dbname', url, '--file', file], { env: { ...process.env, ...env } });
  },
  mysql: (url, file) => {
    const { dump, env } = programsFor('mysql');
    const { args, name } = mariadbArguments(url);
    const all = [...args, '--single-transaction', '--routines', `--result-file=${file}`, name];
    return run(dump, all, { env: { ...process.env, ...env } });
  },
};

const RESTORE: Readonly<Record<DatabaseKind, (url: string, file: string) => Promise<unknown>>> = {
  sqlite: (url, file) => copyFile(file, url.slice('sqlite:'.length)),
  postgres: (url, file) => {
    const { load, env } = programsFor('postgres');
    const all = ['--dbname', url, '--file', file, '--set', 'ON_ERROR_STOP=1', '--quiet'];
    return run(load, all, { env: { ...process.env, ...env } });
  },
  mysql: async (url, file) => {
    const { load, env } = programsFor('mysql');
    const { args, name } = mariadbArguments(url);
    const running = run(load, [...args, name], { env: { ...process.env, ...env } });
    running.child.stdin?.end(await readFile(file));
    await running;
  },
};

function mariadbArguments(url: string): { args: string[]; name: string } {
  const { hostname, port, username, password, pathname } = new URL(url);
  const args = [`--host=${hostname}`, `--port=${port}`, `--user=${username}`];
  return { args: ['--no-defaults', ...args, `--password=${password}`], name: pathname.slice(1) };
}

const found = new Map<DatabaseKind, Programs>();

function programsFor(kind: DatabaseKind): Programs {
  if (kind === 'sqlite') return { dump: '', load: '', env: {} };
  const programs =
    found.get(kind) ??
    (JSON.parse(execFileSync(process.execPath, [FINDER, kind], { encoding: 'utf8' })) as Programs);
  found.set(kind, programs);
  return programs;
}
