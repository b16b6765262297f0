// Consumers that fail on a batch: shrunk, paused, parked; over real sockets, on two nodes.
import { describeDrawnDatabase } from '../support/databases.ts';
import { call, type Pushed, RpcSocket } from '../support/rpc.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const idsOf = (batches: readonly Pushed[]) =>
  batches.map((batch) => batch.params.events.map((event) => Number(event.id)));
const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, nth) => from + nth);

describeDrawnDatabase('a consumer that fails', (kind) => {
  let node: StartedApp;
  const sockets: RpcSocket[] = [];
  const open = async (onPush?: (batch: Pushed) => unknown, url = node.url) => {
    const socket = await RpcSocket.open(url, onPush);
    sockets.push(socket);
    return socket;
  };
  const add = (count: number) =>
    call(node.url, 'addEvents', { events: Array.from({ length: count }, () => ({ type: 'T' })) });
  const facts = async (component = 'c') =>
    (await call(node.url, 'listConsumers')).find(
      (each: { component: string }) => each.component === component,
    );
  const parkedIds = async () =>
    (await call(node.url, 'listParked', { component: 'c' })).events.map(
      (event: { id: string }) => event.id,
    );
  const register = (park_after: number | null = null) =>
    call(node.url, 'registerConsumer', { component: 'c', park_after });
  /** Refuses every batch with one of these in it. */
  const refusing = (batches: Pushed[], ids: readonly number[]) => (batch: Pushed) => {
    batches.push(batch);
    return !batch.params.events.some((event) => ids.includes(Number(event.id)));
  };

  beforeEach(async () => {
    node = await startApp(kind, { checkpointMs: 100, ackTimeoutMs: 1500, retryMaxMs: 400 });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.socket.terminate();
    await node.stop();
  });

  it('is given the batch one by one, is stuck at the culprit, and goes on with whole batches', async () => {
    await register();
    await add(30);
    const batches: Pushed[] = [];
    const bad = [12];
    const socket = await open(refusing(batches, bad));
    await socket.call('readyToReceive', { component: 'c' });
    await until(async () => (await facts()).failing?.event_tries >= 2);
    const { cursor, failing } = await facts();
    expect(cursor).toBe('11');
    expect(failing).toMatchObject({ event_id: '12', full: false });
    expect(Date.parse(failing.next_try_at)).toBeGreaterThan(Date.parse(failing.tried_at));
    bad.pop();
    await until(async () => (await facts()).cursor === '30');
    expect((await facts()).failing).toBeNull();
    await add(5);
    await until(async () => (await facts()).cursor === '35');
    const [first, ...rest] = idsOf(batches);
    expect(first).toEqual(upTo(30));
    expect(rest.filter((ids) => ids[0] !== 12)).toEqual([
      ...upTo(11).map((id) => [id]),
      ...upTo(18, 13).map((id) => [id]),
      upTo(5, 31),
    ]);
  });

  it('pauses longer and longer, and holds up nobody else', async () => {
    await register();
    await call(node.url, 'registerConsumer', { component: 'good' });
    await add(1);
    const atMs: number[] = [];
    const failing = await open(() => {
      atMs.push(Date.now());
      return false;
    });
    await failing.call('readyToReceive', { component: 'c' });
    const good: Pushed[] = [];
    const other = await open((batch) => good.push(batch) > 0);
    await other.call('readyToReceive', { component: 'good' });
    await until(() => atMs.length >= 5);
    await until(() => idsOf(good).flat().length === 1);
    const pauses = atMs.slice(1).map((ms, nth) => ms - (atMs[nth] ?? 0));
    expect(Math.max(...pauses)).toBeLessThan(1500);
    expect(pauses[3]).toBeGreaterThanOrEqual(190);
    expect(pauses[0]).toBeGreaterThanOrEqual(45);
  });

  it('has its event parked after so many tries, with the error, and goes on behind it', async () => {
    await register(3);
    await add(10);
    const batches: Pushed[] = [];
    const socket = await open((batch) => {
      batches.push(batch);
      if (!batch.params.events.some((event) => event.id === '4')) return true;
      const error = { code: -1, message: 'no such order\0' };
      socket.socket.send(JSON.stringify({ jsonrpc: '2.0', id: batch.id, error }));
      return undefined;
    });
    await socket.call('readyToReceive', { component: 'c', max_in_flight: 4 });
    await until(async () => (await facts()).cursor === '10');
    const alone = idsOf(batches).filter((ids) => ids.length === 1 && ids[0] === 4);
    expect(alone.length).toBe(3);
    const { events, next } = await call(node.url, 'listParked', { component: 'c' });
    expect(next).toBe(null);
    expect(events).toEqual([
      {
        id: '4',
        type: 'T',
        data: null,
        ts: expect.any(String),
        epoch: 1,
        error: 'no such order',
        tries: 3,
        since: expect.any(String),
        parked_at: expect.any(String),
        asked_for: false,
      },
    ]);
    expect(await facts()).toMatchObject({ parked: 1, park_after: 3, failing: null });
    const { text } = await node.app.metrics();
    expect(text).toContain('aftercommit_parked_events_total{stream="main",consumer="local:c"} 1');
    expect(text).toContain(
      'aftercommit_consumer_parked_events{stream="main",consumer="local:c"} 1',
    );
  });

  it('waits where as many as may be are parked, and says so', async () => {
    await node.stop();
    node = await startApp(kind, { checkpointMs: 100, retryMaxMs: 100, parkedMax: 2 });
    await register(1);
    await add(5);
    const socket = await open(() => false);
    await socket.call('readyToReceive', { component: 'c' });
    await until(async () => (await facts()).failing?.full === true);
    expect(await facts()).toMatchObject({ cursor: '2', parked: 2, failing: { event_id: '3' } });
    expect(await call(node.url, 'dropParked', { component: 'c', ids: ['1'] })).toEqual({
      dropped: 1,
    });
    await until(async () => (await facts()).cursor === '3');
    expect(await parkedIds()).toEqual(['2', '3']);
  });

  it('goes on where it stood on another node, and what it has tried counts', async () => {
    const other = await node.another();
    await register(4);
    await add(20);
    const first: Pushed[] = [];
    const one = await open(refusing(first, [7]));
    await one.call('readyToReceive', { component: 'c' });
    await until(async () => (await facts()).failing?.event_tries === 2);
    await one.close();
    const second: Pushed[] = [];
    const two = await open(refusing(second, [7]), other.url);
    await two.call('readyToReceive', { component: 'c' });
    await until(async () => (await facts()).cursor === '20');
    expect(idsOf(second)).toEqual([[7], [7], ...upTo(13, 8).map((id) => [id])]);
    expect(await parkedIds()).toEqual(['7']);
  });

  it('counts as failing when its process dies with the batch, and when it says nothing', async () => {
    await register(3);
    await add(5);
    const seen: number[][] = [];
    for (let deaths = 0; deaths < 4; deaths += 1) {
      const socket = await open((batch) => {
        seen.push(...idsOf([batch]));
        if (!batch.params.events.some((event) => event.id === '2')) return true;
        // The second time it lives on and says nothing.
        if (deaths !== 1) socket.socket.terminate();
        return undefined;
      });
      void socket.call('readyToReceive', { component: 'c' });
      await socket.closed;
    }
    await until(async () => (await facts()).parked === 1);
    expect(seen).toEqual([[1, 2, 3, 4, 5], [1], [2], [2], [2]]);
    expect(await parkedIds()).toEqual(['2']);
  });

  it('does not fail by leaving, by being taken over, or by our stop', async () => {
    await register(1);
    await add(1);
    const leaving = await open(() => undefined);
    await leaving.call('readyToReceive', { component: 'c' });
    await leaving.close();
    const older = await open(() => undefined);
    await older.call('readyToReceive', { component: 'c' });
    const other = await node.another();
    const newer = await open(() => undefined, other.url);
    await newer.call('readyToReceive', { component: 'c' });
    await older.closed;
    await other.stop();
    await newer.closed;
    expect(await facts()).toMatchObject({ cursor: '0', parked: 0, failing: null });
  });

  it('is given a parked event once more when it is asked for, alone, marked, and moves nothing', async () => {
    const other = await node.another();
    await register(1);
    await add(3);
    const bad = [2];
    const batches: Pushed[] = [];
    const socket = await open(refusing(batches, bad), other.url);
    await socket.call('readyToReceive', { component: 'c' });
    await until(async () => (await facts()).cursor === '3');
    const tries = async () =>
      (await call(node.url, 'listParked', { component: 'c' })).events[0]?.tries;
    expect(await tries()).toBe(1);
    expect(await call(node.url, 'retryParked', { component: 'c', ids: null })).toEqual({
      asked_for: 1,
    });
    await until(async () => (await tries()) === 2);
    await add(1);
    await until(async () => (await facts()).cursor === '4');
    bad.pop();
    expect(await call(node.url, 'retryParked', { component: 'c', ids: ['2', '9'] })).toEqual({
      asked_for: 1,
    });
    await until(async () => (await facts()).parked === 0);
    const given = batches.filter((batch) => (batch.params as { parked?: true }).parked);
    expect(idsOf(given)).toEqual([[2], [2]]);
    expect(given.map(({ params }) => [params.after, params.up_to])).toEqual([
      ['3', '3'],
      ['4', '4'],
    ]);
    expect((await facts()).cursor).toBe('4');
  });

  it('is unregistered with its parked events only where that is said', async () => {
    await register(1);
    await add(1);
    const socket = await open(() => false);
    await socket.call('readyToReceive', { component: 'c' });
    await until(async () => (await facts()).parked === 1);
    const unregister = (params = {}) =>
      call(node.url, 'unregisterConsumer', { component: 'c', ...params });
    expect(await unregister({ dry_run: true })).toMatchObject({ unregistered: false, parked: 1 });
    await expect(unregister()).rejects.toMatchObject({
      data: { code: 'EventsParked', parked: 1 },
    });
    expect(await unregister({ drop_parked: true })).toMatchObject({ parked: 1 });
    await expect(parkedIds()).rejects.toMatchObject({ data: { code: 'NotRegistered' } });
    await register();
    expect(await parkedIds()).toEqual([]);
  });

  it('that polls says so by a call, and is told how to go on', async () => {
    await register(2);
    await add(5);
    const poll = (params = {}) => call(node.url, 'pollEvents', { component: 'c', ...params });
    const report = (params: object) =>
      call(node.url, 'reportFailure', { component: 'c', error: 'bad', ...params });
    const { after, up_to } = await poll();
    expect(await report({ after, up_to })).toMatchObject({ alone_up_to: '5', go_on_at: null });
    await poll({ last_id: '1' });
    const alone = { after: '1', up_to: '2', event_id: '2' };
    const { retry_after_ms } = await report(alone);
    expect(retry_after_ms).toBeGreaterThanOrEqual(50);
    expect(await facts()).toMatchObject({ failing: { event_id: '2', error: 'bad' } });
    expect(await report({ ...alone, after: '0', up_to: '1', event_id: '1' })).toMatchObject({
      go_on_at: '1',
    });
    expect(await report(alone)).toEqual({ retry_after_ms: 0, alone_up_to: null, go_on_at: '2' });
    expect(await parkedIds()).toEqual(['2']);
    expect(idsOf([{ params: await poll() } as Pushed])).toEqual([[3, 4, 5]]);
    await expect(report({ ...alone, event_id: '3' })).rejects.toMatchObject({ code: -32602 });
    await expect(report({ after: '2', up_to: '99' })).rejects.toMatchObject({
      data: { code: 'CursorAhead' },
    });
  });

  it('has the policy that it was given last', async () => {
    await register();
    expect(await call(node.url, 'changeConsumer', { component: 'c', park_after: 2 })).toBe(true);
    expect((await facts()).park_after).toBe(2);
    await register(7);
    expect((await facts()).park_after).toBe(2);
    await expect(
      call(node.url, 'changeConsumer', { component: 'x', park_after: 2 }),
    ).rejects.toMatchObject({ data: { code: 'NotRegistered' } });
  });
});
