// A TCP path to a server that can be cut in the quietest way: both ends stay open, and nothing comes through.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Wire {
  /** The same URL by way of this wire. */
  readonly url: string;
  /** Lets nothing through any more, in either direction; new connections too are made and get no answer. */
  hush(): void;
  /** New connections come through again; the old ones stay dead. */
  mend(): void;
  close(): Promise<void>;
}

export async function openWire(url: string): Promise<Wire> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let isHushed = false;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    if (isHushed) return;
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = new URL(url);
  own.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: own.href,
    hush: () => {
      isHushed = true;
      for (const socket of sockets) socket.unpipe();
    },
    mend: () => {
      isHushed = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
