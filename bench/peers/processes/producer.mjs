// Produces with many calls in flight, in a process of its own: our addEvent in process, or what a peer has for it. Each
// producer numbers its events through all slices, so that a slice can be told from what was there before.
import { monotonicMs } from '../../kit/clock.mjs';
import { serveParent } from '../../processes/child.mjs';
import { checkProduced } from '../kit/produced.mjs';

/** Loaded when asked for: some need a newer Node than others. */
const producers = {
  ours: () => import('../producers/ours.mjs'),
  'pg-boss': () => import('../producers/pg-boss.mjs'),
  'graphile-worker': () => import('../producers/graphile-worker.mjs'),
  bullmq: () => import('../producers/bullmq.mjs'),
  jetstream: () => import('../producers/jetstream.mjs'),
};

let producer = null;
let next = 0;

serveParent(
  {
    async open({ product, url }) {
      const { openProducer } = await producers[product]();
      producer = await openProducer(url);
    },

    /** For `ms`. What was answered is looked for afterwards. */
    async produce({ inFlight, ms }) {
      const first = next;
      const ids = [];
      const cpu = process.cpuUsage();
      const startMs = monotonicMs();
      const addAll = async () => {
        while (monotonicMs() - startMs < ms) {
          const n = next;
          next += 1;
          ids[n - first] = await producer.add(n);
        }
      };
      await Promise.all(Array.from({ length: inFlight }, addAll));
      const tookMs = monotonicMs() - startMs;
      const { user, system } = process.cpuUsage(cpu);
      return {
        perSecond: ids.length / (tookMs / 1000),
        cpuMicros: (user + system) / ids.length,
        faults: checkProduced(await producer.readFrom(first), { ids, first, producer }),
      };
    },
  },
  async () => producer?.close(),
);
