// A load balancer as users have one before their nodes: each connection goes to the next node that takes it.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Balancer {
  readonly url: string;
  close(): Promise<void>;
}

/** `ports`: of nodes on this machine, which need not be there yet. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    const pair = (node: Socket) => {
      for (const [from, to] of [
        [client, node],
        [node, client],
      ] as const) {
        sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          sockets.delete(from);
          to.end();
        });
      }
    };
    client.on('error', () => {});
    const first = turn;
    turn += 1;
    const reach = (tries: number): void => {
      const port = ports[(first + tries) % ports.length];
      if (tries === ports.length || port === undefined) return void client.destroy();
      const node = connect(port, '127.0.0.1');
      const fail = () => reach(tries + 1);
      node.once('error', fail);
      node.once('connect', () => {
        node.off('error', fail);
        pair(node);
      });
    };
    reach(0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
