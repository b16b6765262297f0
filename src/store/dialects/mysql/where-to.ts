// Where a source on MySQL or MariaDB connects to. Known without the driver, which is loaded only when it is used.
import type { ConnectionOptions } from 'mysql2';
import { requireReadable } from '../server-url.ts';
import { type ConnectionSettings, pick } from '../source.ts';

/** What of a knex instance's settings says where, as whom and how safely to connect; its sessions are its own. */
const CONNECTING = [
  ...['uri', 'host', 'port', 'database', 'user', 'localAddress', 'socketPath', 'stream'],
  ...['password', 'password1', 'password2', 'password3', 'passwordSha1', 'insecureAuth'],
  ...['ssl', 'compress', 'authPlugins', 'authSwitchHandler', 'enableCleartextPlugin'],
];

/** In the words of mysql, mysql2 and mariadb, the last of which says `true` for a certificate that is checked. */
export function whereTo(settings: ConnectionSettings): ConnectionOptions {
  if (typeof settings === 'string') return { uri: settings };
  return { ...pick(settings, CONNECTING), ...(settings.ssl === true && { ssl: {} }) };
}

/** Throws when there is no name: our tables would be in no database. */
export function requireDatabase(settings: ConnectionSettings): void {
  const { uri, database } = whereTo(settings);
  if (uri !== undefined) requireReadable(uri);
  if (database || (uri !== undefined && new URL(uri).pathname.length > 1)) return;
  throw new Error(
    typeof settings === 'string'
      ? 'The URL of a MySQL or MariaDB server ends with the name of a database.'
      : 'The knex instance names no database of its server.',
  );
}
