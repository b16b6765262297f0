// Times as text: RFC 3339 in UTC, with three digits of a second wherever we write them. In that one form, texts compare
// like the times they stand for, which is how SQLite keeps them.
import { ServiceError } from './errors.ts';

const YEAR_MIN = 1;
const YEAR_MAX = 9999;

/**
 * The first whole millisecond at or after a time that fits the schema's pattern, in our own form; since events have
 * whole milliseconds, the same events are at or after both. Throws `InvalidRequest` for what is no date.
 */
export function firstMillisecond(time: string): string {
  const [, seconds = '', digits = ''] = /^(.{19})(?:\.(\d+))?Z$/.exec(time) ?? [];
  const startMs = Date.parse(`${seconds}Z`);
  // `Date.parse` takes the 30th of February for the 2nd of March.
  if (Number.isNaN(startMs) || !new Date(startMs).toISOString().startsWith(seconds)) {
    throw notATime('is no date of the calendar');
  }
  const hasMore = /[1-9]/.test(digits.slice(3));
  const found = new Date(startMs + Number(digits.slice(0, 3).padEnd(3, '0')) + (hasMore ? 1 : 0));
  const year = found.getUTCFullYear();
  if (year < YEAR_MIN || year > YEAR_MAX) {
    throw notATime(`must lie between the years ${YEAR_MIN} and ${YEAR_MAX}`);
  }
  return found.toISOString();
}

/** Of our own form; every month has 28 days. */
const CERTAIN_TIME =
  /^(?:19[7-9]\d|[2-9]\d{3})-(?:0[1-9]|1[012])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/**
 * True for a real date since 1970 in our own form, as the inbox takes it. Wherever rows are looked at, this is asked of
 * each, and the calendar takes 0.5 µs, the expression 0.02.
 */
export function isEventTime(ts: string): boolean {
  if (CERTAIN_TIME.test(ts)) return true;
  const ms = Date.parse(ts);
  return ms >= 0 && new Date(ms).toISOString() === ts;
}

/** A time in our own form without its milliseconds, as FTN18's EventTimestamp is. */
export function secondsOf(ts: string): string {
  return `${ts.slice(0, 19)}Z`;
}

function notATime(what: string): ServiceError {
  return new ServiceError('InvalidRequest', {
    message: `time: ${what}`,
    details: { in: 'params' },
  });
}
