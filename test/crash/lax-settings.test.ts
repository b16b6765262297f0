// A node names the settings of its database by which the server may lose what it has confirmed.
import { App } from '../../src/app/app.ts';
import { loadSettings } from '../../src/config/load.ts';
import { describeDatabase, type ServerKind } from '../support/databases.ts';
import type { OwnServerOptions } from '../support/own-server.ts';
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

interface Case {
  readonly kind: ServerKind;
  readonly title: string;
  readonly options?: OwnServerOptions;
  readonly set: readonly string[];
  readonly named: Record<string, string>;
}

const CASES: readonly Case[] = [
  {
    kind: 'mysql',
    title: 'a server that may lose what it has confirmed',
    set: [
      'set global innodb_flush_log_at_trx_commit = 2',
      // Of no importance without a binary log.
      'set global sync_binlog = 0',
    ],
    named: { innodb_flush_log_at_trx_commit: '2' },
  },
  {
    kind: 'mysql',
    title: 'a server that does not write its binary log through',
    options: { hasBinlog: true },
    set: ['set global sync_binlog = 0'],
    named: { sync_binlog: '0' },
  },
  {
    kind: 'postgres',
    title: 'a server that may lose what it has confirmed',
    set: ['alter system set fsync = off', 'select pg_reload_conf()'],
    named: { fsync: 'off' },
  },
];

for (const { kind, title, options, set, named } of CASES) {
  describeDatabase(kind, title, () => {
    const place = ownStore(kind, options);

    it('is named by the nodes', async () => {
      expect(await warningsAt(place)).toEqual([]);
      for (const statement of set) await place.sql.run(statement);
      expectWarned(await warningsAt(place), named);
    });
  });
}
