// A node that has no room for more clients of /streams/.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Credentials, sha256Of, writeCredentials } from '../../src/server/credentials.ts';
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

  it('has some left for keys when any number comes by a public id, and for more of one principal there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aftercommit-full-'));
    const credentials = join(folder, 'credentials.json');
    const keys = [{ sha256: sha256Of('key-of-a') }];
    const a = { name: 'a', keys, may: ['consume'], publicId: 'site' };
    writeCredentials(credentials, { principals: [a] } as Credentials);
    const node = await startApp('sqlite', {
      credentials,
      sseConnectionsMax: 5,
      ssePrincipalMax: 1,
    });
    const open = (path: string, headers = {}) =>
      SseClient.open(`${node.url}/streams${path}`, headers);
    const bearer = { authorization: 'Bearer key-of-a' };
    const clients: SseClient[] = [];
    try {
      for (let nth = 0; nth < 5; nth += 1) clients.push(await open('/ping/site'));
      expect(clients.map(({ status }) => status)).toEqual([200, 200, 200, 200, 503]);
      clients.push(await open('/events', bearer), await open('/events', bearer));
      expect(clients.slice(5).map(({ status }) => status)).toEqual([200, 503]);
      clients[0]?.close();
      await until(async () => {
        const client = await open('/ping/site');
        clients.push(client);
        return client.status === 200;
      });
    } finally {
      for (const client of clients) client.close();
      await node.stop();
      rmSync(folder, { recursive: true });
    }
  });
});
