// What may go from the queue, and one window of it.
import type { Knex } from 'knex';
import { systemClock } from '../base/clock.ts';
import { ARCHIVER, isOwn } from '../contract/consumer.ts';
import { compareIds, type EventId, idPlus, maxId, minId } from '../contract/event-id.ts';
import type { Dialect } from './dialect.ts';
import { type Holder, listHolders } from './queries/consumers.ts';
import { deleteWindow, firstId, firstIdYounger } from './queries/events.ts';
import { lockStream, setDiscardedUpTo } from './queries/streams.ts';
import type { StreamState } from './stream-state.ts';
import { tablesOf } from './tables.ts';

export interface Discarded {
  readonly count: number;
  readonly upTo: EventId;
  /** True when more could be discarded at once. */
  readonly hasMore: boolean;
  /** How long the rows themselves took, in milliseconds, without the way to the database. */
  readonly deleteMs: number;
}

export interface DiscardLimits {
  /** The most events. */
  readonly limit: number;
  /** Younger ones stay, by the database's clock, and whatever stands behind them; in milliseconds. @default 0 */
  readonly retainMs?: number | undefined;
}

interface OldRange {
  readonly stream: string;
  readonly limit: number;
  readonly retainMs: number;
  readonly state: StreamState;
  /** As far as it could go if all were old. */
  readonly window: EventId;
}

/** Deletes at most `limit` of the events that every consumer and the archive have. */
export async function discardWindow(
  tx: Knex.Transaction,
  dialect: Dialect,
  { stream, limit, retainMs = 0 }: DiscardLimits & { stream: string },
): Promise<Discarded> {
  const state = await lockStream(tx, dialect, stream);
  // A later statement than the lock: whoever registered before it is seen, whoever comes after must wait.
  const [known, wayMs] = await timed(listHolders(tx, dialect, stream));
  const allowed = state.status === 'copying' ? state.discardedUpTo : discardableUpTo(state, known);
  const window = minId(allowed, idPlus(await windowStart(tx, dialect, stream, state), limit));
  const upTo =
    retainMs === 0
      ? window
      : await oldUpTo(tx, dialect, { stream, limit, retainMs, state, window });
  if (compareIds(upTo, state.discardedUpTo) <= 0) {
    return { count: 0, upTo: state.discardedUpTo, hasMore: false, deleteMs: 0 };
  }
  const [count, ms] = await timed(deleteWindow(tx, stream, state.discardedUpTo, upTo));
  await setDiscardedUpTo(tx, stream, upTo);
  return {
    count,
    upTo,
    hasMore: upTo === window && compareIds(upTo, allowed) < 0,
    deleteMs: ms - wayMs,
  };
}

/** Gives the result and how long it took, in milliseconds. */
async function timed<T>(work: Promise<T>): Promise<[T, number]> {
  const startMs = systemClock.monotonicMs();
  const result = await work;
  return [result, systemClock.monotonicMs() - startMs];
}

/** The least cursor; nothing while nobody is registered, or while the archive that is required is not there. */
function discardableUpTo(state: StreamState, known: readonly Holder[]): EventId {
  const isArchived = known.some((consumer) => consumer.ident === ARCHIVER);
  const hasReader = known.some((consumer) => !isOwn(consumer.ident));
  if (!hasReader || (state.isArchiveRequired && !isArchived)) return state.discardedUpTo;
  const holders = known.filter((consumer) => !consumer.isSetAside);
  return holders.map((consumer) => consumer.cursor).reduce(minId, state.newest);
}

/** Where a window begins: a gap of any size is passed over at once. */
async function windowStart(
  tx: Knex.Transaction,
  dialect: Dialect,
  stream: string,
  { discardedUpTo, gapsUpTo }: StreamState,
): Promise<EventId> {
  if (compareIds(discardedUpTo, gapsUpTo) >= 0) return discardedUpTo;
  const first = await firstId(tx, dialect, tablesOf(stream).queue, discardedUpTo);
  return first === null ? maxId(discardedUpTo, gapsUpTo) : idPlus(first, -1);
}

/** The last id in front of the first event that is too young, which need not be the youngest: ts follows no order. */
async function oldUpTo(
  tx: Knex.Transaction,
  dialect: Dialect,
  { stream, limit, retainMs, state, window }: OldRange,
): Promise<EventId> {
  const { queue } = tablesOf(stream);
  const young = await firstIdYounger(tx, dialect, queue, retainMs, {
    after: state.discardedUpTo,
    limit,
  });
  return young === null ? window : minId(window, idPlus(young, -1));
}
