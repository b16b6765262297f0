// What a batch holds against the log: only what is there, as it is there, in order, not before its commit was sent,
// and all of the range that it speaks of.
import type { Report } from '../checker.ts';
import type { Batch, Consumer, History } from '../history.ts';
import type { Log } from './log.ts';
import { type Session, sessionsOf } from './sessions.ts';
import type { Origin } from './writes.ts';

/** The events themselves: the same ids for everybody, ascending. */
export function checkEvents(
  { batches }: History,
  log: Log,
  origins: ReadonlyMap<string, Origin>,
  report: Report,
): void {
  for (const { consumer, events, receivedAt } of batches) {
    let before = 0;
    for (const { id, key, type } of events) {
      const at = Number(id);
      if (at <= before) report('order', `${consumer} got ${id} behind ${before}`);
      before = at;
      const row = log.byId.get(at);
      const origin = origins.get(key);
      // What is in the log under the same id has been looked at there.
      if (row?.key !== key) {
        if (origin === undefined) report('invented', `${consumer} got ${key}, which nobody wrote`);
        else if (origin.isUndone) report('undone', `${consumer} got ${key}, which was rolled back`);
        else if (row !== undefined) report('order', `${consumer} got ${key} as ${id}: ${row.key}`);
      } else if (row.type !== type) report('altered', `${consumer} got ${id} as ${type}`);
      const sentAt = origin?.write.commitSentAt;
      if (origin?.isUndone === false && sentAt != null && sentAt > receivedAt) {
        report('early', `${consumer} got ${key} before its commit was sent`);
      }
    }
  }
}

/** Each range holds every wanted event, and no other; and a consumer has had all that it has acknowledged. */
export function checkRanges(history: History, log: Log, report: Report): void {
  const sessions = sessionsOf(history);
  for (const consumer of history.consumers) {
    const isWanted = (type: string) => consumer.want === null || consumer.want.includes(type);
    const own = sessions.filter(({ batches }) => batches[0]?.consumer === consumer.name);
    const received = new Set<number>();
    const missed = new Set<number>();
    for (const { batch, from } of own.flatMap((session) => rangesOf(session, consumer))) {
      const got = new Set(batch.events.map(({ id }) => Number(id)));
      for (const { id, type } of batch.events) {
        received.add(Number(id));
        if (!isWanted(type)) report('unwanted', `${consumer.name} got ${id}, which is ${type}`);
      }
      const upTo = Number(batch.upTo ?? batch.events.at(-1)?.id ?? 0);
      for (let id = from + 1; id <= upTo; id += 1) {
        const row = log.byId.get(id);
        if (row === undefined || got.has(id) || !isWanted(row.type)) continue;
        missed.add(id);
        report('hole', `${consumer.name} got (${from}, ${upTo}] without ${id}`);
      }
      if (batch.after !== null && [...got].some((id) => id <= Number(batch.after) || id > upTo)) {
        report('chain', `${consumer.name} got events outside (${batch.after}, ${upTo}]`);
      }
    }
    if (consumer.isLive) continue;
    for (let id = 1; id <= Number(consumer.acknowledged); id += 1) {
      const row = log.byId.get(id);
      if (row === undefined || received.has(id) || missed.has(id) || !isWanted(row.type)) continue;
      report(
        'lost',
        `${consumer.name} has acknowledged ${consumer.acknowledged} and not got ${id}`,
      );
    }
  }
}

/**
 * From where on each batch must be whole. A batch that does not say where its range begins goes on behind the one
 * before it; the first one, behind what the consumer had acknowledged, unless it repeats some of that.
 */
function rangesOf({ batches }: Session, { isLive }: Consumer): { batch: Batch; from: number }[] {
  let before: Batch | null = null;
  const startOf = new Map<number, number>();
  return batches.map((batch) => {
    const first = Number(batch.events[0]?.id ?? batch.upTo ?? 1) - 1;
    const from = begin(batch, before, first);
    if (batch.seq !== null) startOf.set(batch.seq, from);
    before = batch;
    return { batch, from };
  });

  function begin(batch: Batch, last: Batch | null, first: number): number {
    const told = batch.after === null ? null : Number(batch.after);
    if (isLive && batch.seq === null) return told ?? first;
    const position = Number(batch.position);
    if (batch.seq === null) return Math.min(position, told ?? first);
    const isRepeated = startOf.has(batch.seq);
    if (isRepeated) return told ?? (startOf.get(batch.seq) as number);
    if (last === null) return isLive ? (told ?? first) : Math.min(position, told ?? first);
    const end = Number(last.upTo ?? last.events.at(-1)?.id ?? 0);
    if (told !== null) return told;
    return batch.seq === (last.seq as number) + 1 ? end : first;
  }
}
