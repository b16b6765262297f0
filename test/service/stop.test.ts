// A graceful stop: what was taken is finished, sockets are told, and it ends in a bounded time.
import { once } from 'node:events';
import { connect } from 'node:net';
import { call, post, RpcSocket } from '../support/rpc.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';

describe('a node that stops', () => {
  let node: StartedApp;
  let second: StartedApp;
  beforeEach(async () => {
    node = await startApp('sqlite');
    second = await node.another();
  });
  afterEach(() => node.stop());

  it('answers the calls that it has taken, and loses none of them', async () => {
    const socket = await RpcSocket.open(second.url);
    const calls = Array.from({ length: 500 }, (_, nth) =>
      socket.call('addEvent', { type: 'T', data: nth }).catch(() => null),
    );
    await calls[0];
    const gone = socket.closed;
    await second.app.stop();
    expect((await gone).code).toBe(1001);
    const pending = Symbol('pending');
    const outcomes = await Promise.all(
      calls.map((each) =>
        Promise.race([each, new Promise((resolve) => setImmediate(resolve, pending))]),
      ),
    );
    const ids = outcomes.filter((outcome) => typeof outcome === 'string');
    const { last } = await call(node.url, 'streamInfo');
    expect(ids.length).toBe(Number(last));
    expect(ids.map(Number)).toEqual(ids.map((_, nth) => nth + 1));
  });

  it('waits for nobody who has connected and said nothing', async () => {
    const patient = await node.another({ shutdownMs: 40_000 });
    const { hostname, port } = new URL(patient.url);
    const silent = connect(Number(port), hostname);
    await once(silent, 'connect');
    // The server knows of it when it has answered another.
    await call(patient.url, 'ping', { echo: 1 });
    await Promise.all([once(silent, 'close'), patient.app.stop()]);
  }, 20_000);

  it('ends waiting polls with what they have', async () => {
    await call(second.url, 'registerConsumer', { component: 'c' });
    const polling = call(second.url, 'pollEvents', { component: 'c', wait_ms: 30_000 });
    await call(second.url, 'ping', { echo: 1 });
    await second.app.stop();
    expect((await polling).events).toEqual([]);
  });

  it('tells subscribers 1001 and leaves their cursors where they were', async () => {
    await call(second.url, 'registerConsumer', { component: 'c' });
    await call(second.url, 'addEvent', { type: 'T' });
    const socket = await RpcSocket.open(second.url, () => undefined);
    await socket.call('readyToReceive', { component: 'c' });
    await second.app.stop();
    expect((await socket.closed).code).toBe(1001);
    const [consumer] = await call(node.url, 'listConsumers');
    expect(consumer).toMatchObject({ cursor: '0', connected: false });
  });

  it('can be stopped twice, and takes nothing afterwards', async () => {
    await second.app.stop();
    await second.app.stop();
    await expect(post(second.url, '{}')).rejects.toThrow();
  });
});

describe('operations', () => {
  it('say that it lives, is ready, and what it measures', async () => {
    const node = await startApp('sqlite');
    await call(node.url, 'registerConsumer', { component: 'c' });
    await call(node.url, 'addEvent', { type: 'T' });
    const get = async (path: string) => {
      const response = await fetch(node.url + path);
      return { status: response.status, text: await response.text() };
    };
    expect(await get('/livez')).toMatchObject({ status: 200 });
    expect(await get('/readyz')).toMatchObject({ status: 200 });
    const { text } = await get('/metrics');
    expect(text).toContain('aftercommit_appended_events_total{stream="main"} 1');
    expect(text).toContain('aftercommit_consumer_lag_events{stream="main",consumer="local:c"} 1');
    expect(text).toContain('aftercommit_inbox_rows{stream="main"} 0');
    await node.stop();
  });
});
