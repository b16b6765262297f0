// How the batches of one consumer follow each other: each range begins where the one before ended, and only what is
// not acknowledged comes again.
import type { Report } from '../checker.ts';
import type { Batch, Consumer, History } from '../history.ts';

export interface Session {
  readonly batches: readonly Batch[];
}

/** The batches, by session, in the order in which they came. */
export function sessionsOf({ batches }: History): Session[] {
  const sessions = new Map<string, Batch[]>();
  for (const batch of batches) {
    const name = `${batch.consumer} ${batch.session}`;
    const own = sessions.get(name);
    if (own === undefined) sessions.set(name, [batch]);
    else own.push(batch);
  }
  return [...sessions.values()].map((own) => ({ batches: own }));
}

export function checkChains(history: History, report: Report): void {
  // On a wire that does not tell ranges the server moves the cursor by itself, over what is not wanted.
  const moved = new Set(history.batches.filter((b) => b.after === null).map((b) => b.consumer));
  const consumers = new Map(history.consumers.map((consumer) => [consumer.name, consumer]));
  for (const { batches } of sessionsOf(history)) {
    const consumer = consumers.get(batches[0]?.consumer ?? '') as Consumer;
    for (const batch of batches) {
      checkRange(batch, report);
      if (batch.seq === null) checkPoll(batch, consumer, moved.has(batch.consumer), report);
    }
    if (consumer.isLive) checkLiveChain(batches, report);
    else checkReliableChain(batches, report);
  }
}

function checkRange({ consumer, after, upTo }: Batch, report: Report): void {
  if (after === null || upTo === null || Number(after) <= Number(upTo)) return;
  report('chain', `${consumer} got a range that ends before it begins: (${after}, ${upTo}]`);
}

/**
 * Reading goes on where the poll said, unless the cursor is beyond it: an acknowledgement that seemed lost with its
 * connection may have been stored meanwhile.
 */
function checkPoll(
  { lastId, after, position, consumer: name }: Batch,
  { isLive }: Consumer,
  mayBeBeyond: boolean,
  report: Report,
): void {
  if (lastId === null || after === null) return;
  const isBehind = Number(after) < Number(lastId);
  const mayBegin = Math.max(Number(lastId), Number(position));
  const isBeyond = Number(after) > mayBegin && !isLive && !mayBeBeyond;
  if (isBehind || isBeyond) report('chain', `${name} asked from ${lastId} and got from ${after}`);
}

/** Numbers count from 0, and ranges lie end to end; only a refused batch comes again, from where it began. */
function checkReliableChain(batches: readonly Batch[], report: Report): void {
  const refused = new Map<number, Batch>();
  let last: Batch | null = null;
  for (const batch of batches) {
    const { consumer: name, seq } = batch;
    if (seq === null) continue;
    const again = refused.get(seq);
    const isNext: boolean = seq === (last?.seq ?? -1) + 1;
    if (isNext && again === undefined) {
      if (last !== null && last.upTo !== batch.after) {
        report('chain', `${name}: ${seq} begins at ${batch.after}, before it ended ${last.upTo}`);
      }
    } else if (again === undefined) {
      report('chain', `${name} got ${seq} behind ${last?.seq ?? 'nothing'}`);
    } else {
      if (again.after !== batch.after) {
        report('chain', `${name}: ${seq} came again from ${batch.after}, not ${again.after}`);
      }
      // All behind it come again too.
      for (const each of [...refused.keys()]) if (each >= seq) refused.delete(each);
    }
    if (batch.isRefused) refused.set(seq, batch);
    last = batch;
  }
}

/** Where ranges leave something out, numbers do too. */
function checkLiveChain(batches: readonly Batch[], report: Report): void {
  let last: Batch | null = null;
  for (const batch of batches) {
    const { consumer: name, seq, after } = batch;
    if (seq === null) continue;
    if (last !== null && seq <= (last.seq as number)) {
      report('chain', `${name} got ${seq} behind ${last.seq}`);
    } else if (last?.upTo != null && after !== null) {
      const isNext = seq === (last.seq as number) + 1;
      const isGap = Number(after) > Number(last.upTo);
      if (Number(after) < Number(last.upTo) || (isNext && isGap)) {
        report('chain', `${name}: ${seq} begins at ${after}, ${last.seq} ended at ${last.upTo}`);
      }
    }
    last = batch;
  }
}

/** What was stored as acknowledged before a consumer asked does not come any more. */
export function checkRepeats(history: History, report: Report): void {
  for (const { name } of history.consumers.filter(({ isLive }) => !isLive)) {
    const own = history.batches.filter((batch) => batch.consumer === name);
    const stored = history.acknowledgements
      .filter(({ consumer }) => consumer === name)
      .map(({ at, upTo }) => ({ at, upTo: Number(upTo) }));
    for (const { seq, lastId, receivedAt } of own) {
      // A poll is answered after its acknowledgement is stored.
      if (seq === null && lastId !== null) stored.push({ at: receivedAt, upTo: Number(lastId) });
    }
    stored.sort((a, b) => a.at - b.at);
    const asked = [...own].sort((a, b) => a.askedAt - b.askedAt);
    let cursor = 0;
    let next = 0;
    for (const { askedAt, events, lastId } of asked) {
      for (; next < stored.length && (stored[next]?.at ?? 0) < askedAt; next += 1) {
        cursor = Math.max(cursor, stored[next]?.upTo ?? 0);
      }
      const from = Math.max(cursor, Number(lastId ?? 0));
      const again = events.find(({ id }) => Number(id) <= from);
      if (again !== undefined) {
        report('repeated', `${name} got ${again.id} again, with ${from} acknowledged`);
      }
    }
  }
}
