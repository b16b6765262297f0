// Up to where a sink has to be cut back that holds events of a history that is no more: found by reading both, since a
// database that was restored and then served cannot say where it parted.
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId, idPlus, maxId, minId } from '../contract/event-id.ts';
import { type ActiveSide, sharedPartOf } from './active-side.ts';
import type { Cut } from './common-part.ts';
import type { SinkPosition } from './sink.ts';
import { lineText } from './sinks/file/lines.ts';
import type { Rewinding } from './standing-sink.ts';

export interface SinkRewindRequest {
  readonly rewinding: Rewinding;
  /** Where the sink stands. */
  readonly position: SinkPosition;
  /** The cursor that the stream has of it: up to there it was told of this history, and nothing is kept for it. */
  readonly cursor: EventId;
  readonly active: ActiveSide;
}

/** null when there is nothing to be cut off. */
export async function sinkRewindTo(request: SinkRewindRequest): Promise<Cut | null> {
  const { position, cursor, active } = request;
  const { id, epoch } = position;
  const state = await active.state();
  const { known, comparedAfter } = sharedPartOf(state, id, epoch);
  const other = await firstOther(request, comparedAfter, state.newest);
  const isBefore = (each: EventId) => compareIds(each, other.id) < 0;
  if (known === id && isBefore(known)) return null;
  // Not up to where the stream says: new ids may have been given before the epoch began. The sink holds none of those
  // between: they may be of either history, and are given to it once more.
  const to = minId(id, [cursor, other.after].filter(isBefore).reduce(maxId));
  const isLess = compareIds(to, known) < 0 && isBefore(known);
  return { from: position, to, ...(isLess && { at: known }) };
}

/** What a sink holds that the stream does not; `after` is the event before that. */
interface Other {
  readonly id: EventId;
  readonly after: EventId;
}

/** Behind `after`, up to where both have the same. Where all of it is the same, what would come next. */
async function firstOther(
  { rewinding, active }: SinkRewindRequest,
  after: EventId,
  newest: EventId,
): Promise<Other> {
  let same = after;
  let page: readonly EventRow[] = [];
  for await (const row of rewinding.held(after)) {
    const [id] = row;
    // What was written in the last moment before a crash may be there twice.
    if (compareIds(id, same) <= 0) continue;
    while (compareIds(page.at(-1)?.[0] ?? same, id) < 0) {
      page = await active.read(page.at(-1)?.[0] ?? same);
      if (page.length === 0) return { id, after: same };
    }
    const event = page.find((each) => each[0] === id);
    if (event === undefined || lineText(event) !== lineText(row)) return { id, after: same };
    same = id;
  }
  return { id: idPlus(newest, 1), after: same };
}
