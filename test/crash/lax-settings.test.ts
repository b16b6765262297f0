// A node names the settings of its database by which the server may lose what it has confirmed.
import { App } from '../../src/app/app.ts';
import { loadSettings } from '../../src/config/load.ts';
import { describeDatabase } from '../support/databases.ts';
import { type OwnStore, ownStore } from './own-store.ts';

interface Warning {
  readonly database: string;
  readonly settings: Record<string, string>;
}

/** What a node that starts on it, and archives into it, warns of. */
async function warningsAt({ url }: OwnStore): Promise<Warning[]> {
  const warned: Warning[] = [];
  const ignore = () => {};
  const values = { databaseUrl: url, warehouseUrl: url, archiver: true, port: 0 };
  const app = new App(loadSettings({ values }), {
    debug: ignore,
    info: ignore,
    warn: (facts) => warned.push(facts as Warning),
    error: ignore,
  });
  await app.start();
  await app.stop();
  return warned;
}

function expectWarned(warned: readonly Warning[], settings: Record<string, string>): void {
  expect(warned).toEqual([
    { database: 'active', settings },
    { database: 'warehouse', settings },
  ]);
}

describeDatabase('mysql', 'a server that may lose what it has confirmed', () => {
  const place = ownStore('mysql');

  it('is named by the nodes', async () => {
    expect(await warningsAt(place)).toEqual([]);
    await place.sql.run('set global innodb_flush_log_at_trx_commit = 2');
    // Of no importance without a binary log.
    await place.sql.run('set global sync_binlog = 0');
    expectWarned(await warningsAt(place), { innodb_flush_log_at_trx_commit: '2' });
  });
});

describeDatabase('mysql', 'a server that does not write its binary log through', () => {
  const place = ownStore('mysql', { hasBinlog: true });

  it('is named by the nodes', async () => {
    expect(await warningsAt(place)).toEqual([]);
    await place.sql.run('set global sync_binlog = 0');
    expectWarned(await warningsAt(place), { sync_binlog: '0' });
  });
});

describeDatabase('postgres', 'a server that may lose what it has confirmed', () => {
  const place = ownStore('postgres');

  it('is named by the nodes', async () => {
    expect(await warningsAt(place)).toEqual([]);
    await place.sql.run('alter system set fsync = off');
    await place.sql.run('select pg_reload_conf()');
    expectWarned(await warningsAt(place), { fsync: 'off' });
  });
});
