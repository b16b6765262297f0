// What a command that failed says, and the exit code it ends with: 0 done, 1 failed, 2 wrong usage.
import { inspect } from 'node:util';
import { isCallError } from '../client/call-error.ts';
import { ConfigError } from '../config/load.ts';
import { redactUrl } from '../config/redact.ts';
import { isServiceError } from '../contract/errors.ts';
import { UsageError } from './command.ts';
import { OutputClosed } from './output.ts';

export type ExitCode = 0 | 1 | 2;

const CAUSES_MAX = 5;

/** From a driver of a database; calls to a server and sinks tell their own failures. */
const UNREACHABLE: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'ETIMEDOUT',
]);

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof OutputClosed) return 0;
  return error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
}

/** Plain lines, one but for a ConfigError with several mistakes; a stack only for whoever debugs. */
export function failureLines(error: unknown, isDebug: boolean): string[] {
  if (error instanceof OutputClosed) return [];
  if (error instanceof ConfigError) return error.message.split('\n');
  if (isDebug) return inspect(error).split('\n');
  return [redactUrl(explain(error)).replace(/\s*\n\s*/g, ' ')];
}

/** The message with those of its causes, which tell what the code above could not know. */
function explain(error: unknown): string {
  const parts: string[] = [];
  const isOfSink = isServiceError(error) && error.code.startsWith('Sink');
  let each = error;
  for (let depth = 0; depth < CAUSES_MAX && each instanceof Error; depth += 1) {
    const { message, code } = each as Error & { code?: unknown };
    // Who quotes a cause in one line has taken its line breaks out.
    const text = (message || String(code ?? each.name)).replace(/\s+/g, ' ').trim();
    const isNamed = isOfSink || parts.some((part) => part.includes('database'));
    if (UNREACHABLE.has(code) && !isNamed) parts.unshift('The database cannot be reached');
    if (!parts.some((part) => part.includes(text))) parts.push(text);
    // A client's error has told its cause in its own words.
    each = isCallError(each) ? undefined : each.cause;
  }
  if (parts.length === 0) parts.push(String(error));
  return parts.join(': ').replace(/\.(?=: )/g, '') + codeOf(error);
}

/** The code and the details of a service's answer, since the reference is by code. */
function codeOf(error: unknown): string {
  const { code, details } = (error ?? {}) as { code?: unknown; details?: object };
  if (typeof code !== 'string' || details === undefined) return '';
  const facts = Object.entries(details).map(([name, value]) => `, ${name} ${value}`);
  const hint = code === 'SecurityError' ? ' Give your key as EVT_KEY or --key.' : '';
  return ` (${code}${facts.join('')})${hint}`;
}
