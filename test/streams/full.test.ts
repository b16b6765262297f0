// A node that has no room for more clients of /streams/.
import { call } from '../support/rpc.ts';
import { SseClient } from '../support/sse.ts';
import { startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

describe('a node without room', () => {
  it('keeps no lease for a client that it has not let in', async () => {
    const node = await startApp('sqlite', { sseConnectionsMax: 1 });
    const names = Array.from({ length: 5 }, (_, nth) => `c${nth}`);
    for (const component of names) await call(node.url, 'registerConsumer', { component });
    // All of them find room at first.
    const clients = await Promise.all(
      names.map((name) => SseClient.open(`${node.url}/streams/events?component=${name}`)),
    );
    const statuses = clients.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 503, 503, 503, 503]);
    const connected = async () => {
      const consumers = await call(node.url, 'listConsumers');
      return consumers.filter((each: { connected: boolean }) => each.connected).length;
    };
    await until(async () => (await connected()) === 1, 2000);
    for (const client of clients) client.close();
    await node.stop();
  });
});
