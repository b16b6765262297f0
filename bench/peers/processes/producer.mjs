// Produces with many calls in flight, in a process of its own: our addEvent in process, or what a peer has for it. Each
// producer numbers its events through all slices, so that a slice can be told from what was there before.
import { monotonicMs } from '../../kit/clock.mjs';
import { serveParent } from '../../processes/child.mjs';
import { checkProduced } from '../kit/produced.mjs';
import { openBullmq } from '../producers/bullmq.mjs';
import { openGraphileWorker } from '../producers/graphile-worker.mjs';
import { openJetstream } from '../producers/jetstream.mjs';
import { openOurs } from '../producers/ours.mjs';
import { openPgBoss } from '../producers/pg-boss.mjs';

const openers = {
  ours: openOurs,
  'pg-boss': openPgBoss,
  'graphile-worker': openGraphileWorker,
  bullmq: openBullmq,
  jetstream: openJetstream,
};

let producer = null;
let next = 0;

serveParent(
  {
    async open({ product, url }) {
      producer = await openers[product](url);
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
