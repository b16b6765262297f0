// Lets a client in also while what it asks for is not to be had for a moment: it waits, connected, and hears comments.
// A browser that is answered an error once never comes again.
import { systemClock } from '../../base/clock.ts';
import { type ErrorCode, isServiceError } from '../../contract/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { SseConnection } from './connection.ts';

type Begin = (accept: () => SseConnection) => Promise<'open' | 'ended'>;

/** Codes of what passes by itself, each with the time between two tries, in milliseconds; everything else is told. */
type Passing = Readonly<Partial<Record<ErrorCode, number>>>;

export interface WaitOptions {
  /** Of the stream, for the log. */
  readonly kind: string;
  readonly passing: Passing;
  readonly logger: Logger;
}

/** For every kind: the database is away, or the stream is copied into. */
export const PASSING: Passing = { StoreUnavailable: 500, StreamBusy: 500 };

/** Throws what does not pass, if the client was not let in before. */
export async function beginOrWait(
  begin: Begin,
  accept: () => SseConnection,
  options: WaitOptions,
): Promise<'open' | 'ended'> {
  try {
    return await begin(accept);
  } catch (error) {
    const waitMs = waitMsOf(error, options);
    if (waitMs === null) throw error;
    void beginLater(begin, accept(), waitMs, options);
    return 'open';
  }
}

/** What cannot be had once that is over is told when the client comes again. */
async function beginLater(
  begin: Begin,
  connection: SseConnection,
  firstMs: number,
  options: WaitOptions,
): Promise<void> {
  let waitMs: number | null = firstMs;
  while (waitMs !== null) {
    await systemClock.sleep(waitMs, connection.closed);
    // Whoever has gone must not take a consumer over from where its client has come to.
    if (connection.closed.aborted) return;
    try {
      if ((await begin(() => connection)) === 'ended') connection.end();
      return;
    } catch (error) {
      waitMs = waitMsOf(error, options);
      if (waitMs !== null) continue;
      const { logger, kind } = options;
      logger.warn({ error, kind }, 'A client that waited for a stream could not be served.');
      connection.end();
    }
  }
}

/** null: it does not pass. */
function waitMsOf(error: unknown, { passing }: WaitOptions): number | null {
  return isServiceError(error) ? (passing[error.code] ?? null) : null;
}
