// An app whose database cannot be opened: it says which one, and why, within the time limit, and keeps nothing open.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type AppOptions, createApp } from '../../../src/index.ts';
import { createDatabase, type TestDatabase } from '../../support/databases.ts';
import { until } from '../../support/until.ts';
import { silent } from './embedded.ts';

describe('an app whose database cannot be opened', () => {
  let active: TestDatabase;
  let mute: Server;
  const sockets = new Set<Socket>();
  beforeEach(async () => {
    active = await createDatabase('sqlite');
    mute = createServer((socket) => {
      sockets.add(socket);
      socket
        .resume()
        .on('error', () => {})
        .on('close', () => sockets.delete(socket));
    });
    await once(mute.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    mute.close();
    await active.drop();
  });
  const start = (options: AppOptions) =>
    createApp({
      database: active.url,
      databaseTimeoutMs: 1000,
      logger: silent,
      ...options,
    }).start();

  it.each(['postgres', 'mysql'])('says that a server of %s does not answer', async (scheme) => {
    const url = `${scheme}://a:secret@127.0.0.1:${(mute.address() as AddressInfo).port}/x`;
    const expected = (database: string) => ({
      code: 'StoreUnavailable',
      message: expect.stringMatching(`^The ${database} database .* for 1000 ms`),
      details: { database },
    });
    await expect(start({ database: url })).rejects.toMatchObject(expected('active'));
    await expect(start({ archiver: true, warehouse: url })).rejects.toMatchObject(
      expected('warehouse'),
    );
    await until(() => sockets.size === 0);
  });

  it('tells what cannot be used from what is away', async () => {
    await expect(start({ database: 'sqlite:/' })).rejects.toThrow(
      /^The active database cannot be opened: .*unable to open/,
    );
    const nowhere = { archiver: true, warehouse: 'postgres://127.0.0.1:1/x' };
    await expect(start(nowhere)).rejects.toMatchObject({
      code: 'StoreUnavailable',
      message: 'The warehouse database cannot be opened: connect ECONNREFUSED 127.0.0.1:1',
    });
  });
});
