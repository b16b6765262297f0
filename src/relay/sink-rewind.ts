// Up to where a sink has to be cut back that holds events of a history that is no more: found by reading both, since a
// database that was restored and then served cannot say where it parted.
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId, minId } from '../contract/event-id.ts';
import { type ActiveSide, knownSharedUpTo } from './active-side.ts';
import type { Cut } from './common-part.ts';
import type { SinkPosition } from './sink.ts';
import { lineText } from './sinks/file/lines.ts';
import type { Rewinding } from './standing-sink.ts';

export interface SinkRewindRequest {
  readonly rewinding: Rewinding;
  /** Where the sink stands. */
  readonly position: SinkPosition;
  readonly active: ActiveSide;
}

/** null when there is nothing to be cut off. */
export async function sinkRewindTo(request: SinkRewindRequest): Promise<Cut | null> {
  const { position, active } = request;
  const state = await active.state();
  const upTo = minId(position.id, knownSharedUpTo(state, position.epoch));
  // What is discarded cannot be compared; nothing is that the sink did not have.
  const to = await sameUpTo(request, minId(state.discardedUpTo, upTo), upTo);
  return to === position.id ? null : { from: position.id, to };
}

/**
 * `upTo` when every event that the sink holds is the same in the stream. Else the newest one before the first that is
 * not: those between may be of either history, and the sink holds none of them.
 */
async function sameUpTo(
  { rewinding, active }: SinkRewindRequest,
  after: EventId,
  upTo: EventId,
): Promise<EventId> {
  let same = after;
  let page: readonly EventRow[] = [];
  for await (const row of rewinding.held(after)) {
    const [id] = row;
    if (compareIds(id, upTo) > 0) break;
    while (compareIds(page.at(-1)?.[0] ?? same, id) < 0) {
      page = await active.read(page.at(-1)?.[0] ?? same);
      // It has forked once more, just now.
      if (page.length === 0) return same;
    }
    const event = page.find((each) => each[0] === id);
    if (event === undefined || lineText(event) !== lineText(row)) return same;
    same = id;
  }
  return upTo;
}
