// The log: JSON lines on standard error, so that standard output stays for what a command answers.
import { destination, pino } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Takes what the service logs: facts by name, and a sentence. It is never given data of an event, and never a key. */
export interface Logger {
  /** What only a developer wants to see. */
  debug(facts: object, message: string): void;
  /** What happens in good order. */
  info(facts: object, message: string): void;
  /** What was overcome, and may need somebody's attention. */
  warn(facts: object, message: string): void;
  /** What was not overcome. */
  error(facts: object, message: string): void;
}

export function createLogger(level: LogLevel): Logger {
  return pino(
    { level, base: null, serializers: { error: describeError } },
    destination({ fd: 2, sync: true }),
  );
}

/** An error with its causes; drivers hide what matters in `cause` and `code`. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const { code, details } = error as { code?: unknown; details?: unknown };
  return { name, message, code, details, stack, ...(cause ? { cause: describeError(cause) } : {}) };
}
