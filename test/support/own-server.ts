// A database server of a test's own (servers/own-server.mjs), to be killed and started again; gone when closed, and
// when the test run goes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServerKind } from './databases.ts';
import { openSqlSession } from './sql-session.ts';

const PROGRAM = join(__dirname, 'servers/own-server.mjs');

export interface OwnServer {
  /** Makes an empty database and gives its URL. */
  createDatabase(): Promise<string>;
  /** Kills it with -9, its children too; resolves when it is gone. */
  crash(): Promise<void>;
  /** Shuts it down in order; resolves when it is gone. */
  halt(): Promise<void>;
  /** Starts it again on the same port and data; resolves when it takes connections. */
  start(): Promise<void>;
  /** Ends it and removes its data, whatever state it is in. */
  close(): Promise<void>;
}

export interface OwnServerOptions {
  /** MariaDB only: nobody sees a commit before it is on the disk. @default false */
  readonly hasBinlog?: boolean;
}

export async function startOwnServer(
  kind: ServerKind,
  { hasBinlog = false }: OwnServerOptions = {},
): Promise<OwnServer> {
  const child = spawn(process.execPath, [PROGRAM, kind, ...(hasBinlog ? ['binlog'] : [])], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const { value, done } = await lines.next();
    const said: { url?: string; error?: string } = done
      ? { error: 'it has gone' }
      : JSON.parse(value);
    if (said.error !== undefined) throw new Error(`The server of the test's own: ${said.error}`);
    return said;
  };
  const order = async (name: string) => {
    child.stdin.write(`${name}\n`);
    await read();
  };
  const { url = '' } = await read();
  let databases = 0;
  return {
    createDatabase: async () => {
      databases += 1;
      const name = `own_${databases}`;
      const sql = await openSqlSession(kind, url);
      await sql.run(`create database ${name}`);
      await sql.close();
      return Object.assign(new URL(url), { pathname: `/${name}` }).href;
    },
    crash: () => order('crash'),
    halt: () => order('halt'),
    start: () => order('start'),
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
