// The original on a fresh database of the same server, in a process of its own.
import { Child } from '../../processes/child.mjs';
import { OriginalQueue, originalConfig } from '../databases/original-queue.mjs';

/** Gives `{ url, queue, cpuMicros, stop }`. */
export async function startOriginal(databases, place, options = {}) {
  const { url: databaseUrl, drop } = await databases.create();
  const queue = await OriginalQueue.open(place.kind, databaseUrl);
  const server = Child.start('../peers/processes/original/server.mjs', place);
  const database = originalConfig('EVT', place.kind, databaseUrl);
  const url = await server.ask('start', { database, ...options });
  return {
    url,
    queue,
    cpuMicros: () => server.ask('cpuMicros'),
    async stop() {
      await server.stop();
      await queue.close();
      await drop();
    },
  };
}
