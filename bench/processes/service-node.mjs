// A node on a fresh database, in a process of its own, with the queue beside it to fill and to look into.
import { EventQueue } from '../databases/event-queue.mjs';
import { Child } from './child.mjs';

/**
 * Starts one with these settings; gives its `url`, `databaseUrl`, `queue`, `app`, the `meters` of what it costs, and
 * `stop`.
 */
export async function startNode(databases, place, { settings = {}, nodeFlags = [] } = {}) {
  const { url: databaseUrl, drop } = await databases.create();
  const queue = await EventQueue.open(databaseUrl);
  const app = Child.start('app-process.mjs', place, nodeFlags);
  const url = await app.ask('start', { databaseUrl, ...settings });
  return {
    url,
    databaseUrl,
    queue,
    app,
    meters: { node: () => app.ask('cpuMicros'), database: () => databases.cpuMicros() },
    async stop() {
      await app.stop();
      await queue.close();
      await drop();
    },
  };
}
