// A free TCP port for a server. Between asking the system for one and the server's taking it
// somebody else may be faster (two test runs at once, or any connection going out), so a start that
// finds its port taken is tried again.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const attemptsMax = 5;
const lastingPortMin = 12_000;
const lastingPortMax = 32_000;

/**
 * Calls `start` with a free port, and again with another one as long as it fails because the port
 * is taken.
 */
export async function onFreePort(start, choose = () => freePort()) {
  for (let attempt = 1; ; attempt++) {
    const port = await choose();
    try {
      return await start(port);
    } catch (error) {
      if (attempt === attemptsMax || !/address already in use/i.test(error.message)) throw error;
    }
  }
}

/**
 * Gives a port below those that the system lends to outgoing connections: nobody gets it while its
 * server is down, not even a client that tries to connect to it, which on a lent port may end up
 * connected to itself.
 */
export async function lastingPort() {
  for (;;) {
    const port = randomInt(lastingPortMin, lastingPortMax);
    const found = await freePort(port).catch(() => null);
    if (found !== null) return found;
  }
}

async function freePort(wanted = 0) {
  const server = createServer().listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
