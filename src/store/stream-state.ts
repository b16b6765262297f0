// What a stream's row says, and what it forbids.
import { ServiceError } from '../contract/errors.ts';
import type { EventId } from '../contract/event-id.ts';
import type { History } from '../contract/forks.ts';

/**
 * open: events get their ids. copying: another stream's are being put behind them; what transactions write meanwhile
 * waits in the inbox, and nobody reads. sealed: nothing is added any more, by nobody.
 */
export type StreamStatus = 'open' | 'copying' | 'sealed';

export interface StreamState extends History {
  /** The greatest id; everything up to it is there. */
  readonly newest: EventId;
  /** The greatest id that was deleted. */
  readonly discardedUpTo: EventId;
  /** Ids up to here may have gaps: the stream was adopted with them. */
  readonly gapsUpTo: EventId;
  readonly status: StreamStatus;
  readonly isArchiveRequired: boolean;
}

/**
 * Throws `StreamNotFound` for a stream without a row, `StreamBusy` or `StreamSealed` for one that takes no events (now,
 * or any more).
 */
export function requireOpenStream(stream: string, status: string | undefined): void {
  const refusal = refusalOf(stream, status);
  if (refusal !== null) throw refusal;
}

/** The same as a value. */
export function refusalOf(stream: string, status: string | undefined): ServiceError | null {
  if (status === undefined) return new ServiceError('StreamNotFound', { details: { stream } });
  if (status === 'open') return null;
  return status === 'copying'
    ? streamBusy(stream)
    : new ServiceError('StreamSealed', { details: { stream } });
}

/** Throws `StreamBusy` while the stream is copied into: half a copy is nobody's to read. */
export function requireReadable(stream: string, { status }: Pick<StreamState, 'status'>): void {
  if (status === 'copying') throw streamBusy(stream);
}

function streamBusy(stream: string): ServiceError {
  return new ServiceError('StreamBusy', { details: { stream } });
}
