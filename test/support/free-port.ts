// Ports of this machine that nobody listens on, for servers that are to come back where they were.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const LASTING_MIN = 12_000;
const LASTING_MAX = 32_000;

async function freePort(wanted: number): Promise<number> {
  const server = createServer().listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** One below those that the system lends to outgoing connections: nobody gets it while its server is down. */
export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = await freePort(randomInt(LASTING_MIN, LASTING_MAX)).catch(() => null);
    if (port !== null) return port;
  }
}
