// Before the first step over a connection: the newest epoch of the stream is of the very database that it leads to. One
// that was restored, or took over from another, may lack the newest events; their ids are given again from here on.
import { KnownOutcome } from './known-outcome.ts';

export interface Identities {
  /** False where the stream is not there; the step says so. */
  readonly hasStream: boolean;
  /** Of the database that is connected to; null where nothing tells. */
  readonly own: string | null;
  /** Of the one that the newest epoch is of; null where that is not known. */
  readonly known: string | null;
}

/** `settle` begins an epoch where that is needed. Rejects with what says that nothing was done. */
export async function requireSettledEpoch(
  ask: () => Promise<Identities>,
  settle: () => Promise<unknown>,
): Promise<void> {
  try {
    if (isSettled(await ask())) return;
    await settle();
    if (isSettled(await ask())) return;
  } catch (error) {
    throw new KnownOutcome('not-run', error);
  }
  const message = 'Connections at the same time have led to different databases.';
  throw new KnownOutcome('not-run', new Error(message));
}

function isSettled({ hasStream, own, known }: Identities): boolean {
  return !hasStream || own === null || own === known;
}
