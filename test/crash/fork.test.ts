// The primary of a PostgreSQL database is killed when its asynchronous standby lacks the newest events, and that is
// promoted. What it lacks is lost, and its ids come again; whoever has got the lost events is told so.
import { type Client, createClient, type ReceivedBatch } from '../../src/client/index.ts';
import { describeDatabase } from '../support/databases.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { SseClient } from '../support/sse.ts';
import { until } from '../support/until.ts';

const SENDER = "select pid from pg_stat_replication where application_name = 's'";
const SHARED = 30;
const LOST = 40;
const NEW = 60;

describeDatabase('postgres', 'a database whose standby lacks events when it is promoted', () => {
  const servers: OwnServer[] = [];
  const stop = new AbortController();
  let node: NodeProcess;
  let client: Client;
  afterEach(async () => {
    stop.abort();
    await node?.end('SIGKILL');
    for (const server of servers.splice(0)) await server.close();
  });

  const on = async (url: string, statement: string) => {
    const sql = await openSqlSession('postgres', url);
    const rows = await sql.run(statement);
    await sql.close();
    return rows;
  };
  const add = (data: string, count: number) =>
    client.addEvents(Array(count).fill({ type: 'T', data }));

  it('begins another epoch, and nobody takes one event for another', async () => {
    const primary = await startOwnServer('postgres');
    servers.push(primary);
    const url = new URL(await primary.createDatabase());
    const standby = await startOwnServer('postgres', {
      standbyOf: { url: primary.url, name: 's' },
    });
    servers.push(standby);
    const atStandby = url.href.replace(url.host, new URL(standby.url).host);
    const hosts = `${url.host},${new URL(standby.url).host}`;
    node = await startNode({
      databaseUrl: url.href.replace(url.host, hosts),
      logLevel: 'silent',
      databaseTimeoutMs: 2000,
    });
    client = createClient({ url: node.url });
    const { signal } = stop;
    const registered: string[] = [];
    const troubles: unknown[] = [];
    const run = client
      .consumer({ component: 'c', onTrouble: (error) => troubles.push(error) })
      .run((batch) => collect(registered, batch), { signal });
    const live: string[] = [];
    const following = client.consumer({ from: 'beginning' }).run((batch) => collect(live, batch));
    const refused = expect(following).rejects.toMatchObject({
      code: 'HistoryForked',
      details: { at: String(SHARED) },
    });
    const stream = await SseClient.open(`${node.url}/streams/events?from=beginning`);
    await add('shared', SHARED);
    await until(async () => {
      const [row] = await on(atStandby, 'select count(*) as rows from evt_queue').catch(() => []);
      return Number(row?.rows) === SHARED;
    });
    const [sender] = await on(primary.url, SENDER);
    process.kill(Number(sender?.pid), 'SIGSTOP');
    await add('lost', LOST);
    const got = [live, registered, stream.events];
    await until(() => got.every((events) => events.length === SHARED + LOST));
    await until(async () => (await client.listConsumers())[0]?.cursor === String(SHARED + LOST));

    await primary.crash();
    process.kill(Number(sender?.pid), 'SIGKILL');
    await on(standby.url, 'select pg_promote()');
    await until(() =>
      add('new', NEW).then(
        () => true,
        () => false,
      ),
    );
    await refused;
    const { epoch, forks, last } = await client.streamInfo();
    expect(forks).toEqual([{ epoch, began_after: String(SHARED) }]);
    expect(last).toBe(String(SHARED + NEW));
    await until(() => registered.length >= SHARED + LOST + NEW);
    const ids = (what: string, first: number, count: number) =>
      Array.from({ length: count }, (_, nth) => `${what} ${first + nth}`);
    expect(registered.filter((each) => !each.startsWith('shared'))).toEqual([
      ...ids('lost', SHARED + 1, LOST),
      ...ids('new', SHARED + 1, NEW),
    ]);
    expect(troubles).toContainEqual(expect.objectContaining({ code: 'HistoryForked' }));
    await stream.ended;
    const again = await SseClient.open(`${node.url}/streams/events`, {
      'last-event-id': String(stream.events.at(-1)?.id),
    });
    await until(() => again.events.length === NEW);
    expect(again.frames[0]).toMatchObject({ event: 'reset', data: { reason: 'forked' } });
    again.close();
    stop.abort();
    await run;
  }, 120_000);
});

function collect(into: string[], { events }: ReceivedBatch): void {
  into.push(...events.map(({ id, data }) => `${data} ${id}`));
}
