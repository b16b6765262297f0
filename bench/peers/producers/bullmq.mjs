// BullMQ: add() to one queue in Redis.
import { Queue } from 'bullmq';
import { payloadOf, TYPE } from '../kit/payload.mjs';

const PAGE_JOBS = 5000;

export async function openProducer(url) {
  const { hostname: host, port } = new URL(url);
  const queue = new Queue('bench', { connection: { host, port: Number(port) } });
  queue.on('error', (error) => console.error('bullmq:', error.message));
  await queue.waitUntilReady();
  return {
    hasDenseIds: false,
    add: async (n) => (await queue.add(TYPE, payloadOf(n))).id,
    /** From the newest job back to the first that counts; calls in flight may have come in another order. */
    async readFrom(first) {
      const kept = [];
      for (let at = 0; ; at += PAGE_JOBS) {
        const page = await queue.getJobs(['waiting'], at, at + PAGE_JOBS - 1, false);
        const wanted = page.filter(({ data }) => data.n >= first);
        kept.push(...wanted.map(({ id, data }) => [id, data.n]));
        if (wanted.length === 0) return kept;
      }
    },
    close: () => queue.close(),
  };
}
