// The primary of a PostgreSQL database is killed under load, and its synchronous standby promoted: what was answered is
// there, once and in order, and the node goes on with the other server by itself.
import { describeDatabase } from '../support/databases.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { Load } from './load.ts';

const IS_SYNC =
  "select 1 from pg_stat_replication where application_name = 's' and sync_state = 'sync'";

describeDatabase('postgres', 'a database whose primary is killed', () => {
  const servers: OwnServer[] = [];
  let node: NodeProcess;
  let load: Load;
  afterEach(async () => {
    await load?.abandon();
    await node?.end('SIGKILL');
    for (const server of servers.splice(0)) await server.close();
  });

  const on = async (url: string, ...statements: string[]) => {
    const sql = await openSqlSession('postgres', url);
    let rows: Record<string, unknown>[] = [];
    for (const each of statements) rows = await sql.run(each);
    await sql.close();
    return rows;
  };

  it('goes on at its synchronous standby, and loses nothing', async () => {
    const primary = await startOwnServer('postgres');
    servers.push(primary);
    const url = new URL(await primary.createDatabase());
    const standby = await startOwnServer('postgres', {
      standbyOf: { url: primary.url, name: 's' },
    });
    servers.push(standby);
    await on(
      primary.url,
      "alter system set synchronous_standby_names = 's'",
      'select pg_reload_conf()',
    );
    await until(async () => (await on(primary.url, IS_SYNC)).length === 1);
    const hosts = [url.host, new URL(standby.url).host];
    const databaseUrl = url.href.replace(url.host, hosts.join(','));
    node = await startNode({ databaseUrl, logLevel: 'silent', databaseTimeoutMs: 2000 });
    const urls = hosts.map((host) => url.href.replace(url.host, host));
    load = await Load.start('postgres', urls.join(','), node.url);
    await load.goesOn();

    const killedMs = performance.now();
    await primary.crash();
    await on(standby.url, 'select pg_promote()');
    await load.goesOn();
    const pauseMs = performance.now() - killedMs;
    await load.finish();
    const { callers, reader } = load;
    console.info(
      `failover: ${reader.data.length} events, ${Math.round(pauseMs)} ms from the kill until all goes on`,
      callers.refused,
    );
    const clear = ['OutcomeUnknown', 'StoreUnavailable'];
    expect([...callers.refused.keys()].filter((code) => !clear.includes(code))).toEqual([]);
  }, 120_000);
});
