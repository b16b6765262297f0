// Gauges that are only worth a query when somebody looks: set each time the metrics are read.

import { isStale } from '../contract/consumer.ts';
import { idDistance } from '../contract/event-id.ts';
import type { ConsumerDetails, Store, StreamState } from '../store/store.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Databases } from './readiness.ts';

interface StreamFacts {
  readonly stream: string;
  readonly inbox: { rows: number; ageMs: number };
  readonly consumers: readonly ConsumerDetails[];
  readonly state: StreamState;
}

/** By what the work on them has found last: these need no database. */
export function setAwayGauges({ store, warehouse }: Databases, metrics: Metrics): void {
  const set = (database: string, since: Date | null) => {
    const ms = since === null ? 0 : Math.max(0, Date.now() - since.getTime());
    metrics.databaseAwaySeconds.set({ database }, ms / 1000);
  };
  set('active', store.awaySince);
  if (warehouse !== null) set('warehouse', warehouse.awaySince);
}

export async function setGauges(
  store: Store,
  streams: readonly string[],
  staleMs: number,
  metrics: Metrics,
): Promise<void> {
  // Where nobody may look, commits are believed in.
  metrics.commitsWaitSeconds.set((await store.commitsWaitMs().catch(() => 0)) / 1000);
  const facts = await Promise.all(streams.map((stream) => readFacts(store, stream)));
  // All at once, so that two who look at the same time do not undo each other's.
  metrics.consumerLag.reset();
  metrics.consumerLagSeconds.reset();
  metrics.consumerStale.reset();
  metrics.consumerFailingTries.reset();
  metrics.consumerParked.reset();
  for (const each of facts) setStream(each, staleMs, metrics);
}

async function readFacts(store: Store, stream: string): Promise<StreamFacts> {
  const inbox = await store.inboxDepth(stream);
  const consumers = await store.listConsumers(stream);
  return { stream, inbox, consumers, state: await store.streamState(stream) };
}

function setStream(facts: StreamFacts, staleMs: number, metrics: Metrics): void {
  const { stream, inbox, consumers, state } = facts;
  metrics.inboxRows.set({ stream }, inbox.rows);
  metrics.inboxAgeSeconds.set({ stream }, inbox.ageMs / 1000);
  metrics.newest.set({ stream }, Number(state.newest));
  metrics.discardedUpTo.set({ stream }, Number(state.discardedUpTo));
  for (const consumer of consumers) {
    const labels = { stream, consumer: consumer.ident };
    metrics.consumerLag.set(labels, idDistance(consumer.cursor, state.newest));
    metrics.consumerLagSeconds.set(labels, consumer.lagMs / 1000);
    metrics.consumerStale.set(labels, isStale(consumer, staleMs) ? 1 : 0);
    metrics.consumerFailingTries.set(labels, consumer.failure?.tries ?? 0);
    metrics.consumerParked.set(labels, consumer.parked);
  }
}
