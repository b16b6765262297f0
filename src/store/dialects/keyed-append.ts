// The loop of an append with idempotency keys where the inbox is moved by steps (PostgreSQL, MySQL): as in
// drained-append, with the keys looked up anew in each step's transaction, since another node may have written them
// between two of ours.
import type { ServiceError } from '../../contract/errors.ts';
import { idPlus, NO_EVENT } from '../../contract/event-id.ts';
import type { KeyedAppended, KeyPlan } from '../keyed.ts';
import { type FullStep, NO_FENCE } from './drained-append.ts';

/** What one transaction found and did. */
export interface KeyedStep {
  readonly plan: KeyPlan;
  /** Null when there was nothing to append; an error when the stream takes nothing. */
  readonly step: FullStep | ServiceError | null;
}

/** `take` is a whole transaction, which waits for the stream's row lock and appends when drained. */
export async function keyedAppend(
  take: (fence: string) => Promise<KeyedStep>,
): Promise<KeyedAppended> {
  let fence = NO_FENCE;
  let moved = 0;
  for (;;) {
    const { plan, step } = await take(fence);
    if (step === null) return plan.answer(NO_EVENT, moved);
    if (step instanceof Error) return plan.answer(step, moved);
    moved += step.moved;
    if (step.isDrained) return plan.answer(idPlus(step.base, step.moved), moved);
    // The first fence stays: a later one would let new rows push the drafts back again.
    if (fence === NO_FENCE && step.fence !== null) fence = step.fence;
  }
}
