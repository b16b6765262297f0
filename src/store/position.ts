// Where readers may stand: begins, and positions that come from outside.
import { ServiceError } from '../contract/errors.ts';
import { compareIds, type EventId, idPlus, maxId, minId } from '../contract/event-id.ts';
import { requireSameHistory } from '../contract/forks.ts';
import type { StreamState } from './stream-state.ts';

/** Where a reader says that it is; without an epoch in the newest. */
export interface Stand {
  readonly id: EventId;
  readonly epoch?: number | undefined;
}

/** Where a new consumer begins. */
export type Start = 'beginning' | 'now' | Stand | { readonly time: string };

/** A position that was found before, and from which some events may have been discarded since. */
export interface Found {
  readonly found: EventId;
}

/** Where a reader that begins at `position` stands. Throws what `checkPosition` throws. */
export function startCursor(
  state: StreamState,
  position: Exclude<Start, { time: string }> | Found,
  readableAfter = state.discardedUpTo,
): EventId {
  if (position === 'beginning') return state.discardedUpTo;
  if (position === 'now') return state.newest;
  if ('found' in position) return minId(maxId(position.found, readableAfter), state.newest);
  checkPosition(state, position.id, position.epoch, readableAfter);
  return position.id;
}

/** Throws unless a reader that stands at `id` can go on from there; what was discarded may be read elsewhere. */
export function checkPosition(
  state: StreamState,
  id: EventId,
  epoch: number | undefined,
  readableAfter = state.discardedUpTo,
): void {
  requireSameHistory(state, id, epoch);
  requireThere(id, state);
  if (compareIds(id, readableAfter) < 0) throw tooOld(readableAfter);
}

/** Throws `CursorAhead`. */
export function requireThere(id: EventId, { newest }: Pick<StreamState, 'newest'>): void {
  if (compareIds(id, newest) <= 0) return;
  throw new ServiceError('CursorAhead', { details: { newest } });
}

export function tooOld(readableAfter: EventId): ServiceError {
  return new ServiceError('CursorTooOld', { details: { earliest: idPlus(readableAfter, 1) } });
}
