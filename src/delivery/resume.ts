// Where a reader begins that says by itself how far it is: behind the position that it names, or, where that cannot be,
// as near as can be, and it is told so.
import { compareIds, type EventId, idPlus, maxId, minId, NO_EVENT } from '../contract/event-id.ts';
import { sharedUpTo } from '../contract/forks.ts';
import type { Feed } from '../feed/feed.ts';
import type { Store, StreamState } from '../store/store.ts';

/** `epoch` left out: the current one. */
interface ResumePosition {
  readonly id: EventId;
  readonly epoch?: number | undefined;
}

export type ResumePoint = 'beginning' | 'now' | ResumePosition;

/** Why a reader does not go on where it was: what followed was discarded, is not there yet, or is another history. */
export interface Reset {
  readonly reason: 'discarded' | 'ahead' | 'forked';
  readonly requested: EventId;
  /** The first id that it can be given. */
  readonly oldest: EventId;
}

export interface Opening {
  /** Delivery begins behind it. */
  readonly start: EventId;
  readonly epoch: number;
  readonly reset: Reset | null;
  /** The stream is sealed, and nothing follows. */
  readonly isEnd: boolean;
}

/**
 * `cursor`: where the reader stands by its registration, behind which it never goes back; null when it has none. Asks
 * the archive only where the active database does not reach back so far.
 */
export async function openAt(
  store: Store,
  feed: Feed,
  point: ResumePoint,
  cursor: EventId | null,
): Promise<Opening> {
  const { stream } = feed;
  const state = await store.syncedState(stream);
  const isAhead = typeof point === 'object' && compareIds(point.id, state.newest) > 0;
  if (isAhead && (await feed.hasLost(point.id))) return openAt(store, feed, point, cursor);
  // What it is given is of the history that it is told of.
  feed.follow(state);
  const least = cursor ?? NO_EVENT;
  // Of what it has got of another history it goes back.
  const asked = maxId(least, typeof point === 'object' ? sharedPart(point, state) : least);
  const isThere = point === 'now' || compareIds(asked, state.discardedUpTo) >= 0;
  const readableAfter = isThere ? state.discardedUpTo : await store.readableAfter(stream, state);
  const { start, reset } = placeOf(point, state, cursor, readableAfter);
  const isEnd = state.status === 'sealed' && start === state.newest && reset === null;
  return { start, reset, isEnd, epoch: state.epoch };
}

function placeOf(
  point: ResumePoint,
  state: StreamState,
  cursor: EventId | null,
  readableAfter: EventId,
): Pick<Opening, 'start' | 'reset'> {
  const { newest } = state;
  const least = cursor ?? NO_EVENT;
  const oldestStart = maxId(readableAfter, least);
  if (point === 'now') return { start: newest, reset: null };
  if (point === 'beginning') return { start: oldestStart, reset: null };
  const requested = point.id;
  const resetTo = (reason: Reset['reason'], start: EventId) => ({
    start,
    reset: { reason, requested, oldest: idPlus(start, 1) },
  });
  const shared = sharedPart(point, state);
  if (shared !== requested) return resetTo('forked', maxId(shared, oldestStart));
  if (compareIds(requested, newest) > 0) return resetTo('ahead', cursor ?? newest);
  if (compareIds(maxId(requested, least), readableAfter) < 0) {
    return resetTo('discarded', readableAfter);
  }
  return { start: maxId(requested, least), reset: null };
}

/** The last event up to there that it shares with what the stream is now. */
function sharedPart({ id, epoch }: ResumePosition, state: StreamState): EventId {
  const shared = epoch === undefined ? null : sharedUpTo(state, epoch);
  return shared === null ? id : minId(id, shared);
}
