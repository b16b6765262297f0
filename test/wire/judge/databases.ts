// The test databases in the words of futoin-database's own configuration, and the original's tables in them.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseKind } from '../../support/databases.ts';
import { openSqlSession } from '../../support/sql-session.ts';
import { installClients } from './install.ts';

const TYPES: Record<DatabaseKind, string> = {
  sqlite: 'sqlite',
  postgres: 'postgresql',
  mysql: 'mysql',
};

/** `DB_EVT_TYPE` and so on; `name` is EVT or EVTDWH. */
export function originalConfig(
  name: 'EVT' | 'EVTDWH',
  kind: DatabaseKind,
  url: string,
): Record<string, string> {
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
    [`DB_${name}_MAXCONN`]: '4',
  };
}

/** Makes the original's tables from the statements in its package. */
export async function makeOriginalTables(
  part: 'active' | 'dwh',
  kind: DatabaseKind,
  url: string,
): Promise<void> {
  const folder = join(await installClients(), 'futoin-eventstream/sql', part, TYPES[kind]);
  const session = await openSqlSession(kind, url);
  try {
    // V18.1 comes before V18.1.1.
    for (const name of (await readdir(folder)).sort().reverse()) {
      const text = (await readFile(join(folder, name), 'utf8')).replace(/--.*$/gm, '');
      for (const statement of text.split(/;\s*$/m)) {
        if (statement.trim() !== '') await session.run(statement);
      }
    }
  } finally {
    await session.close();
  }
}
