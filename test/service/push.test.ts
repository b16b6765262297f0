// Push: batches, acknowledgements, flow control, takeovers, LIVE.
import { describeDrawnDatabase } from '../support/databases.ts';
import { call, type Pushed, RpcSocket } from '../support/rpc.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const idsOf = (batches: readonly Pushed[]) =>
  batches.flatMap((batch) => batch.params.events.map((event) => Number(event.id)));
const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, nth) => from + nth);
/** Each batch begins where the one before it ended. */
const expectChain = (batches: readonly Pushed[]) => {
  for (const [nth, batch] of batches.entries()) {
    expect(batch.params.seq).toBe(nth);
    if (nth > 0) expect(batch.params.after).toBe(batches[nth - 1]?.params.up_to);
  }
};

describeDrawnDatabase('push', (kind) => {
  let node: StartedApp;
  const sockets: RpcSocket[] = [];
  const open = async (onPush?: (batch: Pushed) => unknown, url = node.url) => {
    const socket = await RpcSocket.open(url, onPush);
    sockets.push(socket);
    return socket;
  };
  const add = (count: number, type = 'T') =>
    call(node.url, 'addEvents', { events: Array.from({ length: count }, () => ({ type })) });
  const cursor = async (component = 'c') =>
    (await call(node.url, 'listConsumers')).find(
      (each: { component: string }) => each.component === component,
    ).cursor;

  beforeEach(async () => {
    node = await startApp(kind, { ackTimeoutMs: 2500, checkpointMs: 100 });
    await call(node.url, 'registerConsumer', { component: 'c' });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.socket.terminate();
    await node.stop();
  });

  it('sends the history first and then what comes, without a seam', async () => {
    await add(1000);
    const batches: Pushed[] = [];
    const socket = await open((batch) => batches.push(batch) > 0);
    await socket.call('readyToReceive', { component: 'c' });
    for (let nth = 0; nth < 20; nth += 1) await add(10);
    await until(() => idsOf(batches).length >= 1200);
    expect(idsOf(batches)).toEqual(upTo(1200));
    expectChain(batches);
    expect(Math.max(...batches.map((batch) => batch.params.events.length))).toBeLessThanOrEqual(
      100,
    );
    await until(async () => (await cursor()) === '1200');
  });

  it('keeps one batch in flight, or as many as asked for', async () => {
    await add(500);
    for (const [asked, expected] of [
      [undefined, 1],
      [3, 3],
    ] as const) {
      const batches: Pushed[] = [];
      const socket = await open((batch) => void batches.push(batch));
      await socket.call('readyToReceive', { component: 'c', max_in_flight: asked });
      await until(() => batches.length === expected);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(batches.length).toBe(expected);
      await socket.close();
    }
  });

  it('moves the cursor by batches that were acknowledged, in their order only', async () => {
    await add(300);
    const batches: Pushed[] = [];
    const socket = await open((batch) => void batches.push(batch));
    await socket.call('readyToReceive', { component: 'c', max_in_flight: 3 });
    await until(() => batches.length === 3);
    socket.answer(batches[2]?.id ?? '', true);
    socket.answer(batches[1]?.id ?? '', true);
    await socket.call('ping', { echo: 1 });
    expect(await cursor()).toBe('0');
    socket.answer(batches[0]?.id ?? '', true);
    await until(async () => (await cursor()) === '300');
  });

  it('gives the unacknowledged batch again to who comes back', async () => {
    await add(150);
    const first: Pushed[] = [];
    const leaving = await open((batch) => (first.push(batch) === 1 ? true : undefined));
    await leaving.call('readyToReceive', { component: 'c' });
    await until(() => first.length === 2);
    leaving.socket.terminate();
    const second: Pushed[] = [];
    const returning = await open((batch) => second.push(batch) > 0);
    await returning.call('readyToReceive', { component: 'c' });
    await until(() => idsOf(second).length === 50);
    expect(idsOf(second)).toEqual(upTo(50, 101));
    await call(node.url, 'ping', { echo: 1 });
  });

  it('sends a refused batch again, with the same seq, after a pause, and nothing out of order', async () => {
    await add(250);
    const batches: Pushed[] = [];
    let refusals = 3;
    const socket = await open((batch) => {
      batches.push(batch);
      if (batch.params.seq !== 1 || refusals === 0) return true;
      refusals -= 1;
      return false;
    });
    await socket.call('readyToReceive', { component: 'c', max_in_flight: 2 });
    await until(async () => (await cursor()) === '250');
    const accepted = new Map(batches.map((batch) => [batch.params.seq, batch]));
    expect(idsOf([...accepted.values()].sort((a, b) => a.params.seq - b.params.seq))).toEqual(
      upTo(250),
    );
    expect(batches.filter((batch) => batch.params.seq === 1).length).toBe(4);
  });

  it('disconnects a consumer that stops answering; others notice nothing', async () => {
    await call(node.url, 'registerConsumer', { component: 'good' });
    const silent = await open(() => undefined);
    await silent.call('readyToReceive', { component: 'c' });
    const batches: Pushed[] = [];
    const good = await open((batch) => batches.push(batch) > 0);
    await good.call('readyToReceive', { component: 'good' });
    for (let nth = 0; nth < 10; nth += 1) await add(10);
    await until(() => idsOf(batches).length === 100);
    expect((await silent.closed).code).toBe(4002);
    await add(1);
    await until(() => idsOf(batches).length === 101);
    expect(await cursor()).toBe('0');
  });

  it('filters by type, and moves the cursor over what was not wanted', async () => {
    const batches: Pushed[] = [];
    const socket = await open((batch) => batches.push(batch) > 0);
    await add(150, 'NOISE');
    await add(2, 'WANTED');
    await socket.call('readyToReceive', { component: 'c', want: ['WANTED'] });
    await until(() => idsOf(batches).length === 2);
    await add(20, 'NOISE');
    await until(async () => (await cursor()) === '172');
    expect(idsOf(batches)).toEqual([151, 152]);
    expectChain(batches);
    expect(batches.at(-1)?.params).toMatchObject({ events: [], up_to: '172' });
  });

  it('lets a newer reader take over, on this node and on another', async () => {
    const other = await node.another();
    await add(10);
    const older: Pushed[] = [];
    const first = await open((batch) => void older.push(batch));
    await first.call('readyToReceive', { component: 'c' });
    await until(() => older.length === 1);
    const second = await open(() => undefined);
    await second.call('readyToReceive', { component: 'c' });
    expect((await first.closed).code).toBe(4001);
    const newer: Pushed[] = [];
    const third = await open((batch) => newer.push(batch) > 0, other.url);
    await third.call('readyToReceive', { component: 'c' });
    expect((await second.closed).code).toBe(4001);
    // In one batch or two: what MariaDB has made durable goes out before it is asked about the rest.
    await until(() => idsOf(newer).length === 10);
    expect(idsOf(newer)).toEqual(upTo(10));
  });

  it('makes two that fight for a consumer rest', async () => {
    const codes: string[] = [];
    for (let nth = 0; nth < 6; nth += 1) {
      const socket = await open();
      await socket.call('readyToReceive', { component: 'c' }).then(
        () => codes.push('ok'),
        (error) => codes.push(error.data.code),
      );
    }
    expect(codes).toEqual(['ok', 'ok', 'ok', 'ok', 'ConsumerBusy', 'ConsumerBusy']);
  });

  it('ends when the consumer is unregistered', async () => {
    const socket = await open();
    await socket.call('readyToReceive', { component: 'c' });
    expect(await call(node.url, 'unregisterConsumer', { component: 'c' })).toMatchObject({
      unregistered: true,
    });
    expect((await socket.closed).code).toBe(4003);
    const again = await open();
    await expect(again.call('readyToReceive', { component: 'c' })).rejects.toMatchObject({
      data: { code: 'NotRegistered' },
    });
  });

  it('keeps the connection over which its own consumer was unregistered', async () => {
    const socket = await open();
    await socket.call('readyToReceive', { component: 'c' });
    expect(await socket.call('unregisterConsumer', { component: 'c' })).toMatchObject({
      unregistered: true,
    });
    expect(await socket.call('ping', { echo: 1 })).toEqual({ echo: 1 });
  });

  it('keeps the subscription when asking again is refused', async () => {
    const batches: Pushed[] = [];
    const socket = await open((batch) => batches.push(batch) > 0);
    await socket.call('readyToReceive', { component: 'c' });
    await expect(
      socket.call('readyToReceive', { component: 'c', from: 'now' }),
    ).rejects.toMatchObject({ code: -32602 });
    for (let nth = 0; nth < 6; nth += 1) await socket.call('readyToReceive', { component: 'c' });
    await add(2);
    await until(() => idsOf(batches).length === 2);
  });

  it('does not send what a poll has acknowledged meanwhile', async () => {
    await add(600);
    const batches: Pushed[] = [];
    const socket = await open((batch) => void batches.push(batch));
    await socket.call('readyToReceive', { component: 'c' });
    await until(() => batches.length === 1);
    await call(node.url, 'pollEvents', { component: 'c', last_id: '550' });
    socket.answer(batches[0]?.id ?? '', true);
    await until(() => batches.length === 2);
    expect(idsOf(batches.slice(1))).toEqual(upTo(50, 551));
    await until(async () => (await cursor()) === '550');
  });

  it('leaves alone who acknowledges slowly but steadily', async () => {
    await add(1000);
    const batches: Pushed[] = [];
    const socket = await open(async (batch) => {
      batches.push(batch);
      await new Promise((resolve) => setTimeout(resolve, 400 * (1 + batch.params.seq)));
      return true;
    });
    await socket.call('readyToReceive', { component: 'c', max_in_flight: 10 });
    await until(async () => (await cursor()) === '1000');
    expect(batches.length).toBe(10);
  });

  it('leaves a poll with an older id where its cursor is, also when that was discarded', async () => {
    await add(20);
    await call(node.url, 'pollEvents', { component: 'c', last_id: '15' });
    const discarding = await node.another({ discarder: true });
    await until(async () => (await call(node.url, 'streamInfo')).discarded_up_to === '15');
    await discarding.stop();
    for (const last of [null, '0', '7', '15']) {
      const answer = await call(node.url, 'pollEvents', { component: 'c', last_id: last });
      expect([answer.after, answer.up_to]).toEqual(['15', '20']);
    }
  });

  it('shares its cursor with polling', async () => {
    await add(10);
    await call(node.url, 'pollEvents', { component: 'c', last_id: '4' });
    const batches: Pushed[] = [];
    const socket = await open((batch) => batches.push(batch) > 0);
    await socket.call('readyToReceive', { component: 'c' });
    await until(() => idsOf(batches).length === 6);
    expect(idsOf(batches)).toEqual(upTo(6, 5));
  });

  it('begins anew when the same socket asks again, with other wishes', async () => {
    await add(3, 'A');
    await add(3, 'B');
    const batches: Pushed[] = [];
    const socket = await open((batch) => (batches.push(batch) > 1 ? true : undefined));
    await socket.call('readyToReceive', { component: 'c', want: ['A'] });
    await until(() => batches.length === 1);
    await socket.call('readyToReceive', { component: 'c', want: ['B'] });
    await until(() => batches.length === 2);
    expect(idsOf(batches)).toEqual([1, 2, 3, 4, 5, 6]);
    await until(async () => (await cursor()) === '6');
    expect(await socket.call('ping', { echo: 1 })).toEqual({ echo: 1 });
  });

  it('goes on behind a cursor that a poll has moved while it was behind', async () => {
    // Far more than what the second node holds in memory, or reads ahead.
    for (let nth = 0; nth < 5; nth += 1) await add(920);
    const second = await node.another();
    const batches: Pushed[] = [];
    const socket = await open((batch) => (batches.push(batch) > 1 ? true : undefined), second.url);
    await socket.call('readyToReceive', { component: 'c' });
    await until(() => batches.length === 1);
    await call(node.url, 'pollEvents', { component: 'c', last_id: '4550' });
    const discarding = await node.another({ discarder: true, discardLimit: 5000 });
    await until(async () => (await call(node.url, 'streamInfo')).discarded_up_to === '4550');
    await discarding.stop();
    socket.answer(batches[0]?.id ?? '', true);
    await until(() => idsOf(batches).at(-1) === 4600);
    const readAhead = idsOf(batches).length - 50;
    expect(readAhead).toBeLessThan(2001);
    expect(idsOf(batches)).toEqual([...upTo(readAhead), ...upTo(50, 4551)]);
  });

  it('serves several consumers over one socket', async () => {
    await call(node.url, 'registerConsumer', { component: 'd' });
    const batches: Pushed[] = [];
    const socket = await open((batch) => batches.push(batch) > 0);
    await socket.call('readyToReceive', { component: 'c' });
    await socket.call('readyToReceive', { component: 'd' });
    await socket.call('readyToReceive', { component: 'LIVE' });
    await add(3);
    await until(() => idsOf(batches).length === 9);
    expect(batches.map((batch) => batch.params.component).sort()).toEqual(['LIVE', 'c', 'd']);
  });

  it('refuses who is not registered, and from for who is', async () => {
    const socket = await open();
    await expect(socket.call('readyToReceive', { component: 'nobody' })).rejects.toMatchObject({
      data: { code: 'NotRegistered' },
    });
    await expect(
      socket.call('readyToReceive', { component: 'c', from: 'now' }),
    ).rejects.toMatchObject({ code: -32602 });
  });

  describe('LIVE', () => {
    it('gives what comes from now on, or from where it is asked to', async () => {
      await add(5);
      const live: Pushed[] = [];
      const past: Pushed[] = [];
      const socket = await open((batch) => live.push(batch) > 0);
      await socket.call('readyToReceive', { component: 'LIVE' });
      const other = await open((batch) => past.push(batch) > 0);
      await other.call('readyToReceive', { component: 'LIVE', from: { id: '2' } });
      await add(2);
      await until(() => idsOf(live).length === 2 && idsOf(past).length === 5);
      expect(idsOf(live)).toEqual([6, 7]);
      expect(idsOf(past)).toEqual(upTo(5, 3));
    });

    it('passes over what it is too slow for, and leaves a gap in seq', async () => {
      const small = await node.another({ windowEventsMax: 100, ackTimeoutMs: 20_000 });
      const batches: Pushed[] = [];
      const socket = await open((batch) => void batches.push(batch), small.url);
      await socket.call('readyToReceive', { component: 'LIVE' });
      await add(1);
      await until(() => batches.length === 1);
      await add(1);
      await until(() => batches.length === 2);
      await add(350);
      const inWindow = async () =>
        (await (await fetch(`${small.url}/metrics`)).text()).includes(
          'feed_events_total{stream="main"} 352',
        );
      await until(inWindow);
      for (const batch of batches) socket.answer(batch.id, true);
      await until(() => batches.length === 3);
      expect(idsOf(batches.slice(2))).toEqual(upTo(100, 253));
      expect(batches[2]?.params).toMatchObject({ seq: 3, after: '252' });
    });

    it('tells a reader of few types that it was passed over, also when nothing follows that it wants', async () => {
      const small = await node.another({ windowEventsMax: 100, ackTimeoutMs: 20_000 });
      const batches: Pushed[] = [];
      const socket = await open((batch) => void batches.push(batch), small.url);
      await socket.call('readyToReceive', { component: 'LIVE', want: ['RARE'] });
      for (let nth = 1; nth <= 2; nth += 1) {
        await add(1, 'RARE');
        await until(() => batches.length === nth);
      }
      await add(1, 'RARE');
      await add(349);
      await until(async () =>
        (await (await fetch(`${small.url}/metrics`)).text()).includes(
          'feed_events_total{stream="main"} 352',
        ),
      );
      for (const batch of batches) socket.answer(batch.id, true);
      await until(() => batches.length === 3);
      expect(batches[2]?.params).toMatchObject({ seq: 3, events: [], after: '252', up_to: '352' });
    });

    it('gives everything to who keeps up, however much comes at once, as one chain', async () => {
      const batches: Pushed[] = [];
      const socket = await open((batch) => batches.push(batch) > 0);
      await socket.call('readyToReceive', { component: 'LIVE', want: ['T'] });
      await add(1000);
      await add(5, 'NOISE');
      await add(700);
      await until(() => idsOf(batches).length === 1700);
      expectChain(batches);
    });

    it('needs no registration and holds nothing back', async () => {
      const socket = await open();
      await socket.call('readyToReceive', { component: 'LIVE' });
      expect((await call(node.url, 'listConsumers')).length).toBe(1);
    });
  });
});
