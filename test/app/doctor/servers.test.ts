// `aftercommit doctor` on databases of several servers: a primary and its standby, and what becomes of them.
import type { FindingId } from '../../../src/store/finding-table.ts';
import { Store } from '../../../src/store/store.ts';
import { describeDatabase } from '../../support/databases.ts';
import { type OwnServer, startOwnServer } from '../../support/own-server.ts';
import { openSqlSession } from '../../support/sql-session.ts';
import { until } from '../../support/until.ts';
import { type Diagnosis, diagnose, type Finding } from './diagnosis.ts';

const FOLLOWS = "select 1 from pg_stat_replication where state = 'streaming'";
/** The first of what it gives, in hexadecimal digits; higher behind each promotion. As docs/doctor.md has it. */
const TIMELINE = 'select pg_walfile_name(pg_current_wal_lsn())';

async function on(kind: 'postgres' | 'mysql', url: string, ...statements: readonly string[]) {
  const sql = await openSqlSession(kind, url);
  let rows: Record<string, unknown>[] = [];
  for (const each of statements) rows = await sql.run(each);
  await sql.close();
  return rows;
}

async function migrated(database: string): Promise<void> {
  const store = await Store.open({ database, poolMax: 2, timeoutMs: 5000 });
  await store.migrate(['main']);
  await store.close();
}

/** Whose finding each is. */
const placesOf = ({ servers }: Diagnosis) =>
  servers.flatMap(({ host, findings }) => findings.map(({ id }) => [host, id]));

const sqlOf = (id: FindingId, { findings }: Diagnosis) =>
  findings.filter((each: Finding) => each.id === id).flatMap(({ sql }) => sql);

describeDatabase('postgres', 'doctor, of a primary and its standby', () => {
  let primary: OwnServer;
  let standby: OwnServer;
  let url: URL;
  beforeAll(async () => {
    primary = await startOwnServer('postgres');
    url = new URL(await primary.createDatabase());
    await migrated(url.href);
    standby = await startOwnServer('postgres', { standbyOf: { url: primary.url, name: 's' } });
    await until(async () => (await on('postgres', primary.url, FOLLOWS)).length === 1);
  }, 60_000);
  afterAll(async () => {
    await standby?.close();
    await primary?.close();
  });

  it('finds what a failover loses, and what the standby would do then; and two primaries', async () => {
    const [first, second] = [url.host, new URL(standby.url).host];
    const both = url.href.replace(first, `${first},${second}`);
    const alone = await diagnose(url.href);
    expect([placesOf(alone), alone.code]).toEqual([[[first, 'standby-not-awaited']], 0]);
    const standbyAlone = await diagnose(url.href.replace(first, second));
    expect([standbyAlone.ids, standbyAlone.code]).toEqual([['read-only'], 1]);

    const asynchronous = await diagnose(both);
    expect(placesOf(asynchronous)).toEqual([[first, 'failover-loses']]);
    await on('postgres', primary.url, ...sqlOf('failover-loses', asynchronous));
    const unprepared = await until(async () => {
      const found = await diagnose(both);
      return placesOf(found).length === 1 && placesOf(found)[0]?.[0] === second && found;
    });
    expect(unprepared.ids).toEqual(['failover-loses']);
    await on('postgres', standby.url, ...sqlOf('failover-loses', unprepared));
    // Of two, who waits hangs, and who does not loses; three have neither.
    expect(unprepared.findings[0]?.mend).toContain('With two servers each choice has its price');
    const prepared = await until(async () => {
      const found = await diagnose(both);
      return !found.ids.includes('failover-loses') && found;
    });
    expect([placesOf(prepared), prepared.code]).toEqual([[[second, 'failover-waits']], 0]);
    const [{ mend, sql } = prepared.findings[0] as Finding] = prepared.findings;
    expect([mend, sql]).toEqual([
      expect.stringMatching(/a third server\. .*alter system set synchronous_standby_names = ''; /),
      [],
    ]);
    const three = await diagnose(both.replace(second, `${second},127.0.0.1:1`));
    expect(placesOf(three)).toEqual([['127.0.0.1:1', 'server-away']]);

    // The former primary comes back as one.
    await on('postgres', standby.url, ...(standbyAlone.findings[0]?.sql ?? []));
    const torn = await until(async () => {
      const found = await diagnose(both);
      return found.ids.includes('several-writers') && found;
    });
    // Its commits hang, and whoever lets them go on makes a second history.
    expect([placesOf(torn), torn.code]).toEqual([
      [
        [first, 'several-writers'],
        [first, 'standby-absent'],
        [second, 'several-writers'],
        [second, 'standby-absent'],
      ],
      1,
    ]);
    expect(torn.findings.map(({ found }) => found)).toEqual(
      [`so does ${second}`, 'none of them', `so does ${first}`, 'none of them'].map((words) =>
        expect.stringContaining(words),
      ),
    );
    expect(torn.findings.flatMap((each) => each.sql)).toEqual([]);
    expect(torn.findings[1]?.mend).toMatch(/^Find out first which server is the true one/);
    const timeline = async (at: string) =>
      Object.values((await on('postgres', at, TIMELINE))[0] ?? {})
        .join()
        .slice(0, 8);
    expect([await timeline(primary.url), await timeline(standby.url)]).toEqual([
      '00000001',
      '00000002',
    ]);
    // Nor does anybody who has fenced it in hear how to take that away.
    const fence = 'alter system set default_transaction_read_only = on';
    await on('postgres', primary.url, fence, 'select pg_reload_conf()');
    const fenced = await until(async () => {
      const { findings } = await diagnose(both);
      return findings.find(({ id }) => id === 'read-only');
    });
    expect(fenced).toMatchObject({ mend: torn.findings[1]?.mend, sql: [] });
    await primary.halt();
    const away = await diagnose(both);
    expect(placesOf(away)).toContainEqual([first, 'server-away']);
    expect(away.ids).not.toContain('several-writers');
    await on('postgres', standby.url, ...sqlOf('standby-absent', away));
    await until(async () => !(await diagnose(both)).ids.includes('standby-absent'));
  }, 60_000);
});

describeDatabase('mysql', 'doctor, of servers that do not know each other', () => {
  let servers: OwnServer[] = [];
  beforeAll(async () => {
    const settings = { serverSettings: { 'innodb-autoinc-lock-mode': '2' } };
    servers = await Promise.all([
      startOwnServer('mysql', settings),
      startOwnServer('mysql', settings),
    ]);
  }, 60_000);
  afterAll(() => Promise.all(servers.map((server) => server.close())));

  it('finds that both take writes, or none, or one that confirms alone', async () => {
    const [one, other] = servers as [OwnServer, OwnServer];
    const url = new URL(await one.createDatabase());
    await migrated(url.href);
    // As if it followed.
    const { username, password } = url;
    await on('mysql', other.url, 'create database own_1');
    await on('mysql', other.url, `create user '${username}' identified by '${password}'`).catch(
      () => {},
    );
    await on('mysql', other.url, `set password for '${username}' = password('${password}')`);
    const copy = Object.assign(new URL(url), { host: new URL(other.url).host });
    await migrated(copy.href);
    const [first, second] = [url.host, copy.host];
    const both = url.href.replace(first, `${first},${second}`);

    const two = await diagnose(both);
    expect([placesOf(two), two.code]).toEqual([
      [
        [first, 'several-writers'],
        [first, 'failover-loses'],
        [second, 'several-writers'],
      ],
      1,
    ]);
    await on('mysql', copy.href, 'set global read_only = on');
    const alone = await diagnose(both);
    expect([placesOf(alone), alone.code]).toEqual([[[first, 'failover-loses']], 0]);
    await on('mysql', url.href, ...sqlOf('failover-loses', alone));
    await on('mysql', copy.href, ...sqlOf('failover-loses', alone));
    expect((await diagnose(both)).ids).toEqual([]);
    await on('mysql', url.href, 'set global read_only = on');
    const none = await diagnose(both);
    expect([placesOf(none), none.code]).toEqual([[[first, 'read-only']], 1]);
  });

  it('knows one server by two names', async () => {
    const [one] = servers as [OwnServer];
    const url = new URL(one.url);
    const names = url.href.replace(url.host, `${url.host},localhost:${url.port}`);
    expect((await diagnose(`${names}own_1`)).ids).not.toContain('several-writers');
  });
});
