// Before the first step over a connection: the newest epoch of the stream is of the very database that it leads to. One
// that was restored, or took over from another, may lack the newest events; their ids are given again from here on.
import type { Outcome } from '../dialect.ts';
import { KnownOutcome } from './known-outcome.ts';

export interface Identities {
  /** False where the stream is not there; the step says so. */
  readonly hasStream: boolean;
  /** Of the database that is connected to; null where nothing tells. */
  readonly own: string | null;
  /** Of the one that the newest epoch is of; null where that is not known. */
  readonly known: string | null;
}

export interface Settling {
  readonly ask: () => Promise<Identities>;
  /** Begins an epoch where that is needed. */
  readonly settle: () => Promise<unknown>;
  readonly outcomeOf: (error: unknown) => Outcome;
}

/**
 * Rejects with what says that nothing was done; what was rolled back, as behind another node, or went with its
 * connection is to be tried again.
 */
export async function requireSettledEpoch({ ask, settle, outcomeOf }: Settling): Promise<void> {
  try {
    if (isSettled(await ask())) return;
    await settle();
    if (isSettled(await ask())) return;
  } catch (error) {
    const mayGoOn = ['rolled-back', 'unknown'].includes(outcomeOf(error));
    throw new KnownOutcome(mayGoOn ? 'rolled-back' : 'not-run', error);
  }
  const message = 'Connections at the same time have led to different databases.';
  throw new KnownOutcome('not-run', new Error(message));
}

function isSettled({ hasStream, own, known }: Identities): boolean {
  return !hasStream || own === null || own === known;
}
