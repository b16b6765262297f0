// What a stream's row says, and what it forbids.
import { ServiceError } from '../contract/errors.ts';
import type { EventId } from '../contract/event-id.ts';

export interface StreamState {
  /** The greatest id; everything up to it is there. */
  readonly newest: EventId;
  /** The greatest id that was deleted. */
  readonly discardedUpTo: EventId;
  /** Ids up to here may have gaps: the stream was adopted with them. */
  readonly gapsUpTo: EventId;
  readonly status: string;
  readonly epoch: number;
  readonly isArchiveRequired: boolean;
}

/** Throws `StreamNotFound` for a stream without a row, `StreamSealed` for one that takes no events. */
export function requireOpenStream(stream: string, status: string | undefined): void {
  const refusal = refusalOf(stream, status);
  if (refusal !== null) throw refusal;
}

/** The same as a value. */
export function refusalOf(stream: string, status: string | undefined): ServiceError | null {
  if (status === undefined) return new ServiceError('StreamNotFound', { details: { stream } });
  return status === 'open' ? null : new ServiceError('StreamSealed', { details: { stream } });
}
