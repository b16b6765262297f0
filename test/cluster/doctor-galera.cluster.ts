// `aftercommit doctor` on a node of a Galera cluster, the only one that it has. Where the library (galera-4) cannot be
// had it is skipped, and said so; under CI it fails.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { FindingId } from '../../src/store/finding-table.ts';
import { Store } from '../../src/store/store.ts';
import { diagnose, foundOf } from '../app/doctor/diagnosis.ts';
import { describeDatabase } from '../support/databases.ts';
import { lastingPort } from '../support/free-port.ts';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';

const FINDER = join(__dirname, '../support/servers/find-galera.mjs');

interface Fault {
  readonly id: FindingId;
  readonly title: string;
  readonly set: string;
  readonly says: string;
}

const FAULTS: readonly Fault[] = [
  {
    id: 'galera-order',
    title: 'sessions that do not wait for what was committed elsewhere',
    set: 'set global wsrep_sync_wait = 1',
    says: 'wsrep_sync_wait does not have 1, 2 and 4',
  },
  {
    id: 'galera-numbers',
    title: 'numbers that two nodes take',
    set: 'set global wsrep_auto_increment_control = off',
    says: 'wsrep_auto_increment_control is off',
  },
  {
    id: 'galera-apart',
    title: 'a node that does not keep up with the others',
    set: 'set global wsrep_desync = on',
    says: 'its state is Donor/Desynced',
  },
  {
    id: 'galera-apart',
    title: 'a node that writes for itself',
    set: 'set global wsrep_on = off',
    says: 'wsrep_on is off',
  },
];

describeDatabase('mysql', 'doctor, of a cluster', () => {
  const { library, error }: { library?: string; error?: string } = JSON.parse(
    execFileSync(process.execPath, [FINDER], { encoding: 'utf8' }),
  );
  if (error !== undefined && process.env.CI) throw new Error(error);
  const describeIt = error === undefined ? describe : describe.skip;

  describeIt(`of one node${error === undefined ? '' : ` (skipped, ${error})`}`, () => {
    let server: OwnServer;
    let port: number;
    let url: string;
    /** One that is lost is missed soon. */
    const startNode = (own: number, cluster: string) =>
      startOwnServer('mysql', {
        serverSettings: {
          'wsrep-on': 'on',
          'wsrep-provider': String(library),
          'wsrep-cluster-address': cluster,
          'wsrep-node-address': `127.0.0.1:${own}`,
          'wsrep-provider-options': [
            `gmcast.listen_addr=tcp://127.0.0.1:${own}`,
            ...['evs.suspect_timeout=PT0.5S', 'evs.inactive_timeout=PT1S'],
            ...['evs.inactive_check_period=PT0.1S', 'evs.keepalive_period=PT0.1S'],
            ...['evs.install_timeout=PT1S', 'pc.announce_timeout=PT0.1S'],
          ].join(';'),
          'wsrep-sst-method': 'skip',
          'wsrep-sync-wait': '7',
          'binlog-format': 'ROW',
          'innodb-autoinc-lock-mode': '2',
        },
      });
    let sql: SqlSession;
    beforeAll(async () => {
      port = await lastingPort();
      server = await startNode(port, 'gcomm://');
      url = await server.createDatabase();
      const store = await Store.open({ database: url, poolMax: 2, timeoutMs: 5000 });
      await store.migrate(['main']);
      await store.close();
      sql = await openSqlSession('mysql', url);
    }, 60_000);
    afterAll(async () => {
      await sql?.close();
      await server?.close();
    });

    it('finds nothing on one that is set up as the manual says', async () => {
      const { ids, servers } = await diagnose(url);
      expect(ids).toEqual([]);
      expect(servers[0]?.product).toContain('MariaDB');
    });

    it.each(FAULTS)('finds $title, and says what mends it', async ({ id, set, says }) => {
      await sql.run(set);
      const [finding] = await foundOf(id, url);
      expect(finding?.found).toContain(says);
      for (const statement of finding?.sql ?? []) await sql.run(statement);
      expect(await foundOf(id, url)).toEqual([]);
    });

    it('takes numbers that the file of each node gives for as good', async () => {
      await sql.run('set global wsrep_auto_increment_control = off');
      await sql.run('set global auto_increment_increment = 3');
      expect((await diagnose(url)).ids).toEqual([]);
      await sql.run('set global auto_increment_increment = 1');
      expect((await diagnose(url)).ids).toEqual(['galera-numbers']);
      await sql.run('set global wsrep_auto_increment_control = on');
      expect((await diagnose(url)).ids).toEqual([]);
    });

    it('finds that the cluster has two nodes only, and what is left when one is lost', async () => {
      const other = await startNode(await lastingPort(), `gcomm://127.0.0.1:${port}`);
      try {
        await until(async () => (await foundOf('galera-quorum', url)).length === 1);
        await other.crash();
        const left = await until(async () => {
          const found = await diagnose(url);
          return found.findings[0]?.found.includes('not ready') && found;
        });
        expect([left.ids, left.code]).toEqual([['galera-apart'], 1]);
        for (const statement of left.findings[0]?.sql ?? []) await sql.run(statement);
        expect((await diagnose(url)).ids).toEqual([]);
      } finally {
        await other.close();
      }
    });
  });
});
