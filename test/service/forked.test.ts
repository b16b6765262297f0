// A database that loses its newest events under a running node, as by a failover to a server that lacked them: nobody
// takes what gets their ids for them.
import {
  type Client,
  createClient,
  type Position,
  type ReceivedBatch,
} from '../../src/client/index.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { loseEvents } from '../support/lost-events.ts';
import { call } from '../support/rpc.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { SseClient } from '../support/sse.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const LOST = 20;
const SHARED = 12;

/** What somebody has handled, by what it says and not by its id. */
interface Heard {
  readonly events: string[];
  readonly batches: ReceivedBatch[];
}

const hears = () => {
  const heard: Heard = { events: [], batches: [] };
  const onEvents = (batch: ReceivedBatch) => {
    heard.batches.push(batch);
    heard.events.push(...batch.events.map(({ id, data }) => `${data} ${id}`));
  };
  return { ...heard, onEvents };
};
const said = (what: string, first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, nth) => `${what} ${first + nth}`);

describeDrawnDatabase('a database that loses its newest events', (kind) => {
  let node: StartedApp;
  let sql: SqlSession;
  let client: Client;
  let stop: AbortController;
  const add = (data: string, count: number) =>
    call(node.url, 'addEvents', { events: Array(count).fill({ type: 'T', data }) });
  const lose = async () => {
    await loseEvents(sql, SHARED);
    // Whoever reads there, or asks for what follows there, makes the node look.
    const last = { component: 'LIVE', last_id: String(LOST), epoch: 1 };
    await call(node.url, 'pollEvents', last).catch(() => {});
    await until(async () => (await call(node.url, 'streamInfo')).epoch > 1);
    await add('new', 30);
  };
  const poll = (last_id: string, of?: number) =>
    call(node.url, 'pollEvents', { component: 'LIVE', last_id, ...(of && { epoch: of }) });
  const epoch = async () => (await call(node.url, 'streamInfo')).epoch;
  beforeEach(async () => {
    node = await startApp(kind);
    stop = new AbortController();
    client = createClient({ url: node.url });
    sql = await openSqlSession(kind, node.settings.databaseUrl);
  });
  afterEach(async () => {
    stop.abort();
    await sql.close();
    await node.stop();
  });

  it.each(['push', 'poll'] as const)(
    'gives registered consumers what came instead, by %s',
    async (by) => {
      const { onEvents, ...heard } = hears();
      const troubles: unknown[] = [];
      const positions: (Position | null)[] = [];
      const consumer = client.consumer({
        component: 'registered',
        by,
        onTrouble: (error) => troubles.push(error),
      });
      const run = consumer.run(
        (batch) => {
          positions.push(consumer.position);
          onEvents(batch);
        },
        { signal: stop.signal },
      );
      await add('old', LOST);
      await until(() => heard.events.length === LOST);
      await until(async () => (await call(node.url, 'listConsumers'))[0]?.cursor === String(LOST));
      await lose();
      await until(() => heard.events.length === LOST + 30);
      expect(heard.events).toEqual([...said('old', 1, LOST), ...said('new', SHARED + 1, 42)]);
      const now = await epoch();
      const first = heard.batches.find((batch) => batch.epoch === now);
      expect(first).toMatchObject({
        forks: [{ epoch: now, beganAfter: String(SHARED) }],
        missed: null,
      });
      expect(troubles).toContainEqual(
        expect.objectContaining({
          code: 'HistoryForked',
          details: expect.objectContaining({ at: String(SHARED), epoch: now }),
        }),
      );
      expect(positions).toContainEqual({ id: String(SHARED), epoch: now });
      await until(async () => (await call(node.url, 'listConsumers'))[0]?.cursor === '42');
      stop.abort();
      await run;
    },
  );

  it.each(['push', 'poll'] as const)('tells LIVE, by %s', async (by) => {
    const { onEvents, ...heard } = hears();
    const run = client.consumer({ by }).run(onEvents);
    const refused = expect(run).rejects.toMatchObject({
      code: 'HistoryForked',
      details: { at: String(SHARED) },
    });
    await until(async () => {
      await add('old', 1);
      return heard.events.length > 0;
    });
    await add('old', LOST);
    await until(() => heard.events.length > LOST);
    await lose();
    await refused;
    expect(heard.events.filter((each) => each.startsWith('new'))).toEqual([]);
    // Where both histories are the same it goes on.
    const again = hears();
    const position = { id: String(SHARED), epoch: 1 };
    const stopped = new AbortController();
    const next = client.consumer({ by, position }).run(again.onEvents, { signal: stopped.signal });
    await until(() => again.events.length === 30);
    expect(again.events).toEqual(said('new', SHARED + 1, 42));
    stopped.abort();
    await next;
  });

  it('tells who polls with ids of its own', async () => {
    await add('old', LOST);
    expect(await poll('15', 1)).toMatchObject({ after: '15', up_to: '20', epoch: 1 });
    await lose();
    const now = await epoch();
    await expect(poll('15', 1)).rejects.toMatchObject({
      data: { code: 'HistoryForked', at: String(SHARED), epoch: now },
    });
    expect(await poll(String(SHARED), 1)).toMatchObject({ after: '12', up_to: '42', epoch: now });
    expect(await poll('15', now)).toMatchObject({ after: '15', up_to: '42', epoch: now });
  });

  it('tells an EventSource, by where it says that it is', async () => {
    await add('old', LOST);
    const stream = `${node.url}/streams/events?from=beginning`;
    const first = await SseClient.open(stream);
    await until(() => first.events.length === LOST);
    await lose();
    await first.ended;
    expect(first.events).toHaveLength(LOST);
    expect(first.frames.at(-1)).toMatchObject({ event: 'closing', data: { reason: 'forked' } });
    const now = await epoch();
    const again = await SseClient.open(stream, { 'last-event-id': String(LOST) });
    await until(() => again.events.length === 30);
    expect(again.frames[0]).toMatchObject({
      event: 'reset',
      id: `${now}:${SHARED}`,
      data: { reason: 'forked', requested: String(LOST), oldest: String(SHARED + 1) },
    });
    expect(again.events.map(({ id, data }) => `${data.data} ${id}`)).toEqual(
      said('new', SHARED + 1, 42).map((each) => each.replace(' ', ` ${now}:`)),
    );
    again.close();
    // An id without an epoch is one of the first, and one that both have is good.
    const shared = await SseClient.open(stream, { 'last-event-id': '11' });
    await until(() => shared.events.length === 31);
    expect(shared.frames[0]).toMatchObject({ event: null, id: `${now}:12` });
    shared.close();
  });

  it('tells it so where what it has to go back to was discarded, and reads that from the archive', async () => {
    await add('old', LOST);
    expect(await poll('0', 1)).toMatchObject({ up_to: String(LOST) });
    await lose();
    await client.registerConsumer('first', { from: { id: '16' } });
    const workers = { archiver: true, discarder: true, workerPeriodMs: 20 };
    const other = await node.another(workers);
    await until(async () => (await client.streamInfo()).discarded_up_to === '16');
    const headers = { 'last-event-id': String(LOST) };
    const again = await SseClient.open(`${other.url}/streams/events`, headers);
    await until(() => again.events.length === 30);
    expect(again.frames[0]).toMatchObject({
      event: 'reset',
      data: { reason: 'forked', requested: String(LOST), oldest: String(SHARED + 1) },
    });
    again.close();
  });

  it('gives a function of the same process what came instead, and tells LIVE there', async () => {
    const { app } = node;
    const notices: unknown[] = [];
    app.on('receiverError', ({ error }) => notices.push(error));
    const registered = hears();
    const live = hears();
    const reading = await app.subscribe({ component: 'own', onEvents: registered.onEvents });
    const following = await app.subscribe({ onEvents: live.onEvents });
    await add('old', LOST);
    await until(() => registered.events.length === LOST && live.events.length === LOST);
    await until(async () => (await app.listConsumers())[0]?.cursor === String(LOST));
    await lose();
    expect(await following.ended).toBe('failed');
    expect(notices).toContainEqual(expect.objectContaining({ code: 'HistoryForked' }));
    expect(live.events).toHaveLength(LOST);
    await until(() => registered.events.length === LOST + 30);
    expect(registered.events.slice(LOST)).toEqual(said('new', SHARED + 1, 42));
    await reading.stop();
    expect(await reading.ended).toBe('stopped');
  });
});
