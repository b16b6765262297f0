// A copy of a running PostgreSQL server that follows it. Made file by file between two calls, as pg_basebackup does,
// which not every distribution of the server brings along.
import { appendFile, cp, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import pg from 'pg';
import { giveTo } from './folder.mjs';

/** The log comes from the other server, and so does whatever is of one process or one start. */
const notCopied = ['postmaster.pid', 'postmaster.opts'];
const logFolders = ['pg_wal', 'archive_status'];

/** Fills the data folder; the server has to be able to read that of the other one. */
export async function copyAsStandby({ url, name }, { account, dataFolder }) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const [{ data_directory: source }] = (await client.query('show data_directory')).rows;
    await client.query("select pg_backup_start('standby', true)");
    await cp(source, dataFolder, { recursive: true, filter: isCopied });
    const { rows } = await client.query('select labelfile from pg_backup_stop(false)');
    await writeFile(join(dataFolder, 'backup_label'), rows[0].labelfile);
  } finally {
    await client.end();
  }
  await writeFile(join(dataFolder, 'standby.signal'), '');
  const { hostname, port, username, password } = new URL(url);
  const parts = { host: hostname, port, user: username, password, application_name: name };
  const words = Object.entries(parts).map(([key, value]) => `${key}=${value}`);
  const line = `primary_conninfo = '${words.join(' ')}'\n`;
  await appendFile(join(dataFolder, 'postgresql.auto.conf'), line);
  await giveTo(account, dataFolder);
}

function isCopied(path) {
  if (notCopied.includes(basename(path))) return false;
  return !logFolders.includes(basename(dirname(path))) || logFolders.includes(basename(path));
}
