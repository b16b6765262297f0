// Fresh, empty databases for tests, one for each test: SQLite as a file in a folder of its own,
// PostgreSQL and MySQL as a database with a random name on the servers that TEST_POSTGRES_URL and
// TEST_MYSQL_URL name (see global-setup.ts).
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { Client } from 'pg';
import { openRandom } from './random.ts';

export type DatabaseKind = 'sqlite' | 'postgres' | 'mysql';
/** The kinds that need a server. */
export type ServerKind = Exclude<DatabaseKind, 'sqlite'>;

export interface TestDatabase {
  readonly kind: DatabaseKind;
  readonly url: string;
  /**
   * Removes the database with all that is in it, also while connections to it are open; those are
   * cut.
   */
  drop(): Promise<void>;
}

export const databaseKinds: readonly DatabaseKind[] = ['sqlite', 'postgres', 'mysql'];
export const serverKinds: readonly ServerKind[] = ['postgres', 'mysql'];
export const urlVariables: Readonly<Record<ServerKind, string>> = {
  postgres: 'TEST_POSTGRES_URL',
  mysql: 'TEST_MYSQL_URL',
};

const RAM_FOLDER = '/dev/shm';
const RAM_BYTES_MIN = 4 * 2 ** 30;

/** How long a drop on MySQL waits for a transaction that it has cut to be rolled back. */
const lockWaitSecondsMax = 30;

/** Makes a fresh, empty database. */
export async function createDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  switch (kind) {
    case 'sqlite':
      return createSqlite();
    case 'postgres':
      return createPostgres();
    case 'mysql':
      return createMysql();
  }
}

/** Tells whether databases of this kind can be made in this test run. */
function isAvailable(kind: DatabaseKind): boolean {
  return kind === 'sqlite' || Boolean(process.env[urlVariables[kind]]);
}

/**
 * Describes the same behaviour once per database; absent ones are reported as skipped, under CI as
 * failed.
 */
export function describeDatabases(title: string, fn: (kind: DatabaseKind) => void): void {
  for (const kind of databaseKinds) describeDatabase(kind, title, fn);
}

/**
 * Describes on one database, drawn by SEED, what runs above all databases and takes long, such as programs that only
 * call the client. DATABASES=all describes it on each.
 */
export function describeDrawnDatabase(title: string, fn: (kind: DatabaseKind) => void): void {
  describeDrawn(databaseKinds, title, fn);
}

/** The same for what has to do with a server. */
export function describeDrawnServer(title: string, fn: (kind: ServerKind) => void): void {
  describeDrawn(serverKinds, title, fn);
}

function describeDrawn<K extends DatabaseKind>(
  among: readonly K[],
  title: string,
  fn: (kind: K) => void,
): void {
  const random = openRandom();
  const here = among.filter(isAvailable);
  const drawn = here[random.below(here.length)] ?? (among[0] as K);
  const kinds = process.env.DATABASES === 'all' ? among : [drawn];
  console.info(`${title}: SEED=${random.seed}`);
  for (const kind of kinds) describeDatabase(kind, title, () => fn(kind));
}

/** The same for one database. */
export function describeDatabase(
  kind: DatabaseKind,
  title: string,
  fn: (kind: DatabaseKind) => void,
): void {
  if (isAvailable(kind)) describe(`${title} on ${kind}`, () => fn(kind));
  else describeAbsent(title, kind as ServerKind, fn);
}

function describeAbsent(title: string, kind: ServerKind, fn: (kind: DatabaseKind) => void): void {
  const reason = `no ${kind} server: ${urlVariables[kind]} is not set`;
  if (process.env.CI) throw new Error(`${title}: ${reason}`);
  describe.skip(`${title} on ${kind} (skipped, ${reason})`, () => fn(kind));
}

async function createSqlite(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(await sqliteParent(), 'aftercommit-sqlite-'));
  return {
    kind: 'sqlite',
    url: `sqlite:${join(folder, 'events.db')}`,
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}

/** As the servers' data: in memory where there is plenty, since a commit waits for a disk, and a kill takes neither. */
async function sqliteParent(): Promise<string> {
  const { bavail, bsize } = await statfs(RAM_FOLDER).catch(() => ({ bavail: 0, bsize: 0 }));
  return Math.min(bavail * bsize, freemem(), process.constrainedMemory() || Infinity) >=
    RAM_BYTES_MIN
    ? RAM_FOLDER
    : tmpdir();
}

async function createPostgres(): Promise<TestDatabase> {
  const { name, url } = nameOnServer('postgres');
  // template0: somebody connected to template1 would make the copy fail.
  await onPostgres(`create database ${name} template template0`);
  return {
    kind: 'postgres',
    url,
    drop: () => onPostgres(`drop database if exists ${name} with (force)`),
  };
}

async function onPostgres(statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl('postgres') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function createMysql(): Promise<TestDatabase> {
  const { name, url } = nameOnServer('mysql');
  await onMysql((connection) => connection.query(`create database ${name} character set utf8mb4`));
  return { kind: 'mysql', url, drop: () => onMysql((connection) => dropMysql(connection, name)) };
}

/**
 * An open transaction holds a lock that `drop database` waits for, so its connection has to go
 * first.
 */
async function dropMysql(connection: Connection, name: string): Promise<void> {
  await connection.query(`set session lock_wait_timeout = ${lockWaitSecondsMax}`);
  const [threads] = await connection.query<RowDataPacket[]>('show processlist');
  for (const thread of threads) {
    if (thread.db === name) await connection.query(`kill ${thread.Id}`).catch(ignoreNoSuchThread);
  }
  await connection.query(`drop database if exists ${name}`);
}

function ignoreNoSuchThread(error: { code?: string }): void {
  if (error.code !== 'ER_NO_SUCH_THREAD') throw error;
}

async function onMysql(work: (connection: Connection) => Promise<unknown>): Promise<void> {
  const connection = await createConnection(serverUrl('mysql'));
  try {
    await work(connection);
  } finally {
    await connection.end();
  }
}

function nameOnServer(kind: ServerKind): { name: string; url: string } {
  const name = `aftercommit_test_${randomBytes(6).toString('hex')}`;
  const url = new URL(serverUrl(kind));
  url.pathname = `/${name}`;
  return { name, url: url.href };
}

function serverUrl(kind: ServerKind): string {
  const url = process.env[urlVariables[kind]];
  if (!url) throw new Error(`no ${kind} server: ${urlVariables[kind]} is not set`);
  return url;
}
