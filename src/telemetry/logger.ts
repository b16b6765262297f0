// The log: JSON lines on standard error, so that standard output stays for what a command answers.
import { destination, pino } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** What rooms may say. Never data of an event, never a key. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
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
