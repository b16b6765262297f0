// addEvent in process: a generator on a store, as an application embeds it.
import { EventQueue } from '../../databases/event-queue.mjs';
import {
  createLogger,
  createTelemetry,
  Generator,
  loadSettings,
  STREAM,
} from '../../kit/product.mjs';
import { payloadOf, TYPE } from '../kit/payload.mjs';

export async function openProducer(url) {
  const queue = await EventQueue.open(url);
  const generator = new Generator({
    store: queue.store,
    streams: [STREAM],
    ...createTelemetry(createLogger('silent')),
    onAppended: () => {},
    limits: loadSettings({}),
  });
  return {
    hasDenseIds: true,
    add: (n) => generator.addEvent(STREAM, { type: TYPE, data: JSON.stringify(payloadOf(n)) }),
    readFrom: (first) => queue.readBehind(first),
    async close() {
      await generator.stop();
      await queue.close();
    },
  };
}
