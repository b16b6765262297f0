// Installs the unmodified FutoIn clients that package/ names, when a test asks for them first. Their own tree stays out
// of the project's, since it compiles native modules.
import { join } from 'node:path';
import { compileNative, installPackage } from '../../support/foreign-package.ts';

export { INSTALL_MS_MAX } from '../../support/foreign-package.ts';

/** Resolves with the folder `node_modules` that holds the clients. */
export function installClients(): Promise<string> {
  return installPackage(join(__dirname, 'package'), 'futoin-judge');
}

/** Compiles the native module of the sqlite3 package, which only the original's own database code needs. */
export async function buildSqlite(): Promise<void> {
  await compileNative(await installClients(), {
    name: 'sqlite3',
    file: 'node_sqlite3.node',
    offered: ['-r', 'napi'],
  });
}
