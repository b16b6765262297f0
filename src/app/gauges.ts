// Gauges that are only worth a query when somebody looks: set each time the metrics are read.

import { isStale } from '../contract/consumer.ts';
import { idDistance } from '../contract/event-id.ts';
import type { Store } from '../store/store.ts';
import type { Metrics } from '../telemetry/metrics.ts';

export async function setGauges(
  store: Store,
  streams: readonly string[],
  staleMs: number,
  metrics: Metrics,
): Promise<void> {
  metrics.consumerLag.reset();
  metrics.consumerLagSeconds.reset();
  metrics.consumerStale.reset();
  for (const stream of streams) {
    const inbox = await store.inboxDepth(stream);
    metrics.inboxRows.set({ stream }, inbox.rows);
    metrics.inboxAgeSeconds.set({ stream }, inbox.ageMs / 1000);
    const consumers = await store.listConsumers(stream);
    const state = await store.streamState(stream);
    metrics.newest.set({ stream }, Number(state.newest));
    metrics.discardedUpTo.set({ stream }, Number(state.discardedUpTo));
    for (const consumer of consumers) {
      const labels = { stream, consumer: consumer.ident };
      metrics.consumerLag.set(labels, idDistance(consumer.cursor, state.newest));
      metrics.consumerLagSeconds.set(labels, consumer.lagMs / 1000);
      metrics.consumerStale.set(labels, isStale(consumer, staleMs) ? 1 : 0);
    }
  }
}
