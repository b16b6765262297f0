// One call that adds events by JSON-RPC, of one or of many, and what its answers mean.
import type { Written } from '../history.ts';
import { type OpenWrite, someCount, type WriterOptions } from './writer.ts';

export type Caller = (method: string, params: object) => Promise<unknown>;

const EVENTS_MAX = 40;
/** Answers that say that nothing was carried out. */
const NOT_DONE = ['StoreUnavailable', 'ShuttingDown', 'DefenseRejected'];

/** The same call however often it is made. */
export interface RpcAdd {
  readonly method: string;
  readonly params: object;
  /** The ids that an answer gives to the events. */
  readonly idsIn: (answer: unknown) => string[];
}

/** Makes the events of a write and the call that adds them. */
export function makeAdd(write: OpenWrite, options: WriterOptions): RpcAdd {
  const { random, recorder, name } = options;
  const isOne = random.chance(0.5);
  write.events.push(...write.make(isOne ? 1 : someCount(random, EVENTS_MAX)));
  const events = write.events.map(({ key, type }: Written) => ({ type, data: key }));
  if (isOne) {
    return { method: 'addEvent', params: events[0] as object, idsIn: (answer) => [String(answer)] };
  }
  const idsIn = (answer: unknown) => {
    const { first, last } = answer as { first: string; last: string };
    const ids = events.map((_, nth) => String(Number(first) + nth));
    if (ids.at(-1) !== last) {
      recorder.unexpected.push(`${name}: ${events.length} events are ${first} to ${last}`);
    }
    return ids;
  };
  return { method: 'addEvents', params: { events }, idsIn };
}

/** What a call came to that got an error, or no answer. */
export function failureOf(
  error: unknown,
  { recorder, name }: WriterOptions,
): 'rolled back' | 'unknown' {
  const code = (error as { data?: { code?: string } }).data?.code;
  if (code !== undefined && NOT_DONE.includes(code)) return 'rolled back';
  if (code !== undefined && code !== 'OutcomeUnknown') {
    recorder.unexpected.push(`${name}: ${JSON.stringify(error)}`);
  }
  return 'unknown';
}
