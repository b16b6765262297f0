// A failure whose outcome is known to the place that caught it better than from any code of a driver: a connection
// that was never made, a transaction whose COMMIT was never sent, a statement that may be repeated without harm.
import type { Outcome } from '../dialect.ts';

export class KnownOutcome extends Error {
  override name = 'KnownOutcome';
  readonly outcome: Outcome;

  constructor(outcome: Outcome, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.outcome = outcome;
  }
}
