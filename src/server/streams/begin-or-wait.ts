// Lets a client in also while what it asks for is not to be had for a moment: it waits, connected, and hears comments.
// A browser that is answered an error once never comes again.
import { systemClock } from '../../base/clock.ts';
import { isServiceError } from '../../contract/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { SseConnection } from './connection.ts';

type Begin = (accept: () => SseConnection) => Promise<'open' | 'ended'>;

export interface WaitOptions {
  /** Of the stream, for the log. */
  readonly kind: string;
  /** Codes of what passes by itself; everything else is told. */
  readonly passing: readonly string[];
  /** Between two tries. */
  readonly waitMs: number;
  readonly logger: Logger;
}

/** Throws what does not pass, if the client was not let in before. */
export async function beginOrWait(
  begin: Begin,
  accept: () => SseConnection,
  options: WaitOptions,
): Promise<'open' | 'ended'> {
  try {
    return await begin(accept);
  } catch (error) {
    if (!isPassing(error, options)) throw error;
    void beginLater(begin, accept(), options);
    return 'open';
  }
}

/** What cannot be had once that is over is told when the client comes again. */
async function beginLater(
  begin: Begin,
  connection: SseConnection,
  options: WaitOptions,
): Promise<void> {
  while (!connection.closed.aborted) {
    try {
      await systemClock.sleep(options.waitMs, connection.closed);
      if ((await begin(() => connection)) === 'ended') connection.end();
      return;
    } catch (error) {
      if (isPassing(error, options)) continue;
      const { logger, kind } = options;
      logger.warn({ error, kind }, 'A client that waited for a stream could not be served.');
      connection.end();
    }
  }
}

function isPassing(error: unknown, { passing }: WaitOptions): boolean {
  return isServiceError(error) && passing.includes(error.code);
}
