// A limit on waiting for an answer. Not the driver's own, whose timers run on when the connection is lost and keep the
// process from ending.
import { onAbort } from '../../base/on-abort.ts';

/** Why work on a database that was given up has failed. */
export function givenUpError(): Error {
  return new Error('The database was given up: it had no more time.');
}

interface Limit {
  /** In milliseconds; 0 = for ever. */
  readonly ms: number;
  /** Nobody waits any more when it aborts. */
  readonly givenUp?: AbortSignal | undefined;
  /** @default the database server */
  readonly asked?: string;
}

/** The result of `answer`, or a failure when that takes too long; what comes later is ignored. */
export function within<T>(
  { ms, givenUp, asked = 'The database server' }: Limit,
  answer: Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onLate = () => reject(new NoAnswer(`${asked} gave no answer for ${ms} ms.`));
    const timer = ms === 0 ? undefined : setTimeout(onLate, ms);
    const leave = onAbort(givenUp, () => {
      clearTimeout(timer);
      reject(new NoAnswer(`${asked} was given up.`));
    });
    answer.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      leave();
    });
  });
}

class NoAnswer extends Error {
  override name = 'NoAnswer';
  readonly code = 'PROTOCOL_SEQUENCE_TIMEOUT';
  readonly fatal = true;
}
