// The active database as one side of a comparison: what stands elsewhere is held against it, wherever it is.
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId, minId } from '../contract/event-id.ts';
import { type History, sharedUpTo } from '../contract/forks.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../contract/limits.ts';
import { readDeliverable } from '../feed/deliverable.ts';
import type { Store } from '../store/store.ts';
import type { SinkPosition } from './sink.ts';

export interface ActiveSide {
  state(): Promise<ActiveState>;
  /** Events behind `after` in order; some of them at least. Throws `CursorTooOld` when some are no more. */
  read(after: EventId): Promise<readonly EventRow[]>;
  /** Begins an epoch that is later than what somebody has seen. Left out where that cannot be done from here. */
  begin?(seen: SinkPosition): Promise<void>;
}

export interface ActiveState extends History {
  readonly newest: EventId;
  readonly discardedUpTo: EventId;
  readonly gapsUpTo: EventId;
}

const PAGE = { eventsMax: EVENTS_MAX, bytesMax: BATCH_BYTES_MAX };

export function activeSideOf(store: Store, stream: string): ActiveSide {
  return {
    state: () => store.streamState(stream),
    read: (after) => readDeliverable({ store, stream, onInvalid: () => {} }, after, PAGE),
    begin: (seen) => store.epochs.begin(stream, seen),
  };
}

/** Up to where what ends at a position elsewhere may be of the stream. */
export interface SharedPart {
  /** As far as the stream knows all of it is. */
  readonly known: EventId;
  /** Of an epoch that it does not know it can tell no more than that nothing behind this is. */
  readonly possible: EventId;
  /** Behind this the two are compared: what was discarded was whole, and cannot be read. */
  readonly comparedAfter: EventId;
}

/** `id` of `epoch` is the position. */
export function sharedPartOf(state: ActiveState, id: EventId, epoch: number): SharedPart {
  const { newest, forks, discardedUpTo } = state;
  const known = minId(id, minId(sharedUpTo(state, epoch) ?? newest, newest));
  const later = forks.filter((fork) => fork.epoch > epoch).map(({ beganAfter }) => beganAfter);
  const possible = minId(id, later.reduce(minId, newest));
  const isThere = compareIds(possible, discardedUpTo) >= 0;
  return { known, possible, comparedAfter: isThere ? discardedUpTo : known };
}
