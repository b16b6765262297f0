// Everything that is measured, by name and in order. A measure takes databases of one kind, the sizes of the run and
// the place for its processes; it gives figures or latencies or both, and the faults of all that it wrote.
import { measureAddEvent } from './add-event.mjs';
import { measureArchive } from './archive.mjs';
import { measureCopy } from './copy.mjs';
import { measureGrowth } from './growth.mjs';
import { measureIdleMemory } from './idle-memory.mjs';
import { measureLatency } from './latency.mjs';
import { measureManyConsumers } from './many-consumers.mjs';
import { measureOldSnapshot } from './old-snapshot.mjs';
import { measurePollCycle } from './poll-cycle.mjs';
import { measurePushBacklog } from './push-backlog.mjs';
import { measureReplay } from './replay.mjs';
import { measureSseCrowd } from './sse-crowd.mjs';
import { measureStalledConsumer } from './stalled-consumer.mjs';
import { measureStateCrowd } from './state-crowd.mjs';
import { measureTransaction } from './transaction.mjs';
import { measureWaitingConsumers } from './waiting-consumers.mjs';

export const measures = {
  'add-event': measureAddEvent,
  transaction: measureTransaction,
  'push-backlog': measurePushBacklog,
  growth: measureGrowth,
  replay: measureReplay,
  archive: measureArchive,
  copy: measureCopy,
  'many-consumers': measureManyConsumers,
  'waiting-consumers': measureWaitingConsumers,
  'sse-crowd': measureSseCrowd,
  'state-crowd': measureStateCrowd,
  'stalled-consumer': measureStalledConsumer,
  'poll-cycle': measurePollCycle,
  'idle-memory': measureIdleMemory,
  'old-snapshot': measureOldSnapshot,
  latency: measureLatency,
};

export const measureNames = Object.keys(measures);
