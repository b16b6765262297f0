// The active database as one side of a comparison: what stands elsewhere is held against it, wherever it is.
import type { EventRow } from '../contract/event.ts';
import { type EventId, minId } from '../contract/event-id.ts';
import { type History, sharedUpTo } from '../contract/forks.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../contract/limits.ts';
import { readDeliverable } from '../feed/deliverable.ts';
import type { Store } from '../store/store.ts';

export interface ActiveSide {
  state(): Promise<ActiveState>;
  /** Events behind `after` in order; some of them at least. Throws `CursorTooOld` when some are no more. */
  read(after: EventId): Promise<readonly EventRow[]>;
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
  };
}

/** Up to where what is of that epoch is of the stream, as far as the stream knows. */
export function knownSharedUpTo(state: ActiveState, epoch: number): EventId {
  return minId(sharedUpTo(state, epoch) ?? state.newest, state.newest);
}
