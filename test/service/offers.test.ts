// What a node offers, and LIVE polls, which need no consumer.
import { describeDrawnDatabase } from '../support/databases.ts';
import { call, RpcSocket } from '../support/rpc.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';

const refusal = (code: string) =>
  expect.objectContaining({ data: expect.objectContaining({ code }) });

describeDrawnDatabase('a LIVE poll', (kind) => {
  let node: StartedApp;
  beforeEach(async () => {
    node = await startApp(kind, { discarder: true });
    for (let nth = 1; nth <= 3; nth += 1) {
      await call(node.url, 'addEvent', { type: nth === 2 ? 'B' : 'A', data: nth });
    }
  });
  afterEach(() => node.stop());
  const poll = (params: object = {}) =>
    call(node.url, 'pollEvents', { component: 'LIVE', ...params });
  const idsOf = (answer: { events: { id: string }[] }) => answer.events.map((event) => event.id);

  it('reads from where it says, and acknowledges nothing', async () => {
    expect(idsOf(await poll())).toEqual(['1', '2', '3']);
    expect(idsOf(await poll({ last_id: '1' }))).toEqual(['2', '3']);
    expect(idsOf(await poll({ last_id: '1', want: ['A'] }))).toEqual(['3']);
    expect(await poll({ last_id: '3' })).toMatchObject({ events: [], after: '3', up_to: '3' });
    expect(idsOf(await poll())).toEqual(['1', '2', '3']);
    expect(await call(node.url, 'listConsumers')).not.toContainEqual(
      expect.objectContaining({ component: 'LIVE' }),
    );
    await expect(poll({ last_id: '4' })).rejects.toEqual(refusal('CursorAhead'));
  });

  it('passes over what was discarded, and says so', async () => {
    await call(node.url, 'registerConsumer', { component: 'c' });
    await call(node.url, 'pollEvents', { component: 'c', last_id: '2' });
    for (;;) {
      const { discarded_up_to } = await call(node.url, 'streamInfo');
      if (discarded_up_to === '2') break;
    }
    expect(await poll()).toMatchObject({ events: [{ id: '3' }], after: '2', up_to: '3' });
    expect(await poll({ last_id: '1' })).toMatchObject({ events: [{ id: '3' }], after: '2' });
  });
});

describe('a node', () => {
  const nodes: StartedApp[] = [];
  const start = async (values: Parameters<typeof startApp>[1]) => {
    const node = await startApp('sqlite', values);
    nodes.push(node);
    return node.url;
  };
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.stop();
  });

  it('that allows no polling pushes only', async () => {
    const url = await start({ allowPolling: false });
    await call(url, 'registerConsumer', { component: 'c' });
    for (const component of ['c', 'LIVE']) {
      await expect(call(url, 'pollEvents', { component })).rejects.toEqual(refusal('Unauthorized'));
    }
    const socket = await RpcSocket.open(url);
    expect(await socket.call('readyToReceive', { component: 'c' })).toBe(true);
    await socket.close();
  });

  it('that allows no cursors serves LIVE only', async () => {
    const url = await start({ allowReliable: false });
    const socket = await RpcSocket.open(url);
    for (const method of ['registerConsumer', 'pollEvents', 'readyToReceive']) {
      await expect(socket.call(method, { component: 'c' })).rejects.toEqual(
        refusal('Unauthorized'),
      );
    }
    expect(await call(url, 'pollEvents', { component: 'LIVE' })).toMatchObject({ events: [] });
    expect(await socket.call('readyToReceive', { component: 'LIVE' })).toBe(true);
    await expect(call(url, 'registerConsumer', { component: 'LIVE' })).rejects.toEqual(
      refusal('LiveNotAllowed'),
    );
    await socket.close();
  });

  it('keeps as many batches in flight to a LIVE reader as it is told', async () => {
    const url = await start({ liveInFlight: 3, batchMax: 1 });
    const seen: number[] = [];
    const socket = await RpcSocket.open(url, ({ params }) => {
      seen.push(params.seq);
      return undefined;
    });
    await socket.call('readyToReceive', { component: 'LIVE', from: 'beginning' });
    const events = Array.from({ length: 9 }, (_, nth) => ({ type: 'A', data: nth }));
    await call(url, 'addEvents', { events });
    await socket.call('ping', { echo: 1 });
    while (seen.length < 3) await socket.call('ping', { echo: 1 });
    await socket.call('ping', { echo: 2 });
    expect(seen).toEqual([0, 1, 2]);
    await socket.close();
  });
});
