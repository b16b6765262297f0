// The loop of an append where the inbox is moved by steps (PostgreSQL, MySQL). Drafts may only go behind everything
// that was committed before the call, so a step appends them only when it has drained the inbox; otherwise it moves
// what fits and the next step goes on. So that busy producers cannot keep callers waiting for ever, the first
// undrained step names a fence, the greatest id in the inbox: whatever came later need not go first.
import { ServiceError } from '../../contract/errors.ts';
import { type EventId, idPlus } from '../../contract/event-id.ts';
import type { Appended } from '../dialect.ts';

/** The most inbox rows of one step; a step that finds as many is not drained. */
export const STEP_ROWS_MAX = 500;

/** Above every inbox id: a step with this fence is drained only when nothing is left behind. */
export const NO_FENCE = '9223372036854775807';

/** A full step without a row of the stream can only be a race with a change of its status. */
const EMPTY_STEPS_MAX = 10;

/** What a full step did, in one transaction under the stream's row lock. */
export interface FullStep {
  /** The id of the first moved row; the drafts, if they were appended, follow the moved rows without a gap. */
  readonly base: EventId;
  readonly moved: number;
  /**
   * True when no row was left behind, or when the greatest row that was looked at reaches the fence; exactly then were
   * the drafts appended. A step that was cut short, by rows or by bytes, is drained only by the fence.
   */
  readonly isDrained: boolean;
  /** The greatest inbox id that the step could see, decimal text; only asked for when it is not drained. */
  readonly fence: string | null;
}

/** One fixed batch of drafts and one stream; each call is a transaction of its own. */
export interface AppendSteps {
  /** Appends the drafts and gives the id of the first, if the inbox is empty; else does nothing and gives null. */
  lean(): Promise<EventId | null>;
  /**
   * Moves rows of the inbox, waiting for the stream's row lock, and appends the drafts when drained. Throws
   * `StreamNotFound` or `StreamSealed` when the stream takes none; null when it found no open stream, but a look
   * afterwards did.
   */
  full(fence: string): Promise<FullStep | null>;
}

/** `beginsLean`: false while steps move rows (`moved` of the append before), since lean would only be in vain. */
export async function drainedAppend(steps: AppendSteps, beginsLean: boolean): Promise<Appended> {
  const first = beginsLean ? await steps.lean() : null;
  if (first !== null) return { first, moved: 0 };

  let fence = NO_FENCE;
  let moved = 0;
  let emptySteps = 0;
  for (;;) {
    const step = await steps.full(fence);
    if (step === null) {
      emptySteps += 1;
      if (emptySteps >= EMPTY_STEPS_MAX) throw new ServiceError('StoreUnavailable');
      continue;
    }
    moved += step.moved;
    if (step.isDrained) return { first: idPlus(step.base, step.moved), moved };
    // The first fence stays: a later one would let new rows push the drafts back again.
    if (fence === NO_FENCE && step.fence !== null) fence = step.fence;
  }
}
