// A TCP path to a database server, on a free port; what becomes of a connection is for its user to say.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpPath {
  /** The same URL by way of this path. */
  readonly url: string;
  /** Both ends of every connection that is there. */
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** `join` is told of every new connection, and of the one that was made to the server for it. */
export async function openTcpPath(
  url: string,
  join: (near: Socket, far: Socket) => void,
): Promise<TcpPath> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    join(near, far);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = new URL(url);
  own.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: own.href,
    sockets,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface CutPath extends TcpPath {
  /** Ends every connection, and each new one, until it is mended. */
  cut(): void;
  mend(): void;
}

export async function openCutPath(url: string): Promise<CutPath> {
  let isCut = false;
  const path = await openTcpPath(url, (near, far) => {
    if (isCut) for (const end of [near, far]) end.destroy();
    else near.pipe(far).pipe(near);
  });
  return {
    ...path,
    cut: () => {
      isCut = true;
      for (const socket of path.sockets) socket.destroy();
    },
    mend: () => {
      isCut = false;
    },
  };
}
