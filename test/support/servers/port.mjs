// A free TCP port for a server. Between asking the system for one and the server's taking it
// somebody else may be faster (two test runs at once, or any connection going out), so a start that
// finds its port taken is tried again.
import { once } from 'node:events';
import { createServer } from 'node:net';

const attemptsMax = 5;

/**
 * Calls `start` with a free port, and again with another one as long as it fails because the port
 * is taken.
 */
export async function onFreePort(start, choose = freePort) {
  for (let attempt = 1; ; attempt++) {
    const port = await choose();
    try {
      return await start(port);
    } catch (error) {
      if (attempt === attemptsMax || !/address already in use/i.test(error.message)) throw error;
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
