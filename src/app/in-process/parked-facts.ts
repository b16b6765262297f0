// What the embedding application asks of parked events, and is told of them. Apart from what carries it out, so that
// its types bring no others with them.
import type { Checks } from '../../base/options.ts';
import type { Position } from '../../client/public.ts';
import {
  aListOf,
  anEventId,
  anInteger,
  aPosition,
  aPrincipal,
  aTryCount,
  orNull,
  required,
} from '../../contract/checks.ts';
import { EVENTS_MAX } from '../../contract/limits.ts';
import { STREAM_CHOICE, type StreamChoice } from './reading.ts';

/** Whose parked events. */
export interface ParkedOptions extends StreamChoice {
  /** Whose consumer, as of somebody on the network. @default 'internal', the application's own */
  readonly principal?: string | undefined;
}

/** Which of the parked events. */
export interface ParkedPageOptions extends ParkedOptions {
  /** Those behind it: the last one of the page before. @default from the first */
  readonly after?: Position | undefined;
  /** At most this many, up to 100; fewer where they are large. @default 100 */
  readonly limit?: number | undefined;
}

export const PARKED_PAGE_MAX = 100;

export const PARKED_OPTIONS: Checks<ParkedOptions> = { ...STREAM_CHOICE, principal: aPrincipal };
export const PARKED_PAGE_OPTIONS: Checks<ParkedPageOptions> = {
  ...PARKED_OPTIONS,
  after: aPosition,
  limit: anInteger(1, PARKED_PAGE_MAX),
};
export const PARK_AFTER = required(orNull(aTryCount));
export const IDS = required(orNull(aListOf(anEventId, EVENTS_MAX, 'event ids')));

/** An event that a consumer has passed without having handled it. */
export interface ParkedFacts {
  /** Its place in the stream. */
  readonly id: string;
  /** Which history the id is of; see `Position`. */
  readonly epoch: number;
  /** What happened, in the application's words. */
  readonly type: string;
  /** Its data as JSON text, exactly as it was written. */
  readonly data: string;
  /** When the database stored the event. */
  readonly ts: string;
  /** What was said at the last try. */
  readonly error: string;
  /** How often it was given alone. */
  readonly tries: number;
  /** When it was tried first. */
  readonly since: string;
  /** When it was parked. */
  readonly parkedAt: string;
  /** It is to be given to the consumer once more, and has not been yet. */
  readonly isAskedFor: boolean;
}

/** Some parked events. */
export interface ParkedPage {
  /** In the order of their ids. */
  readonly events: readonly ParkedFacts[];
  /** `after` of the next page; null when there is none. */
  readonly next: { readonly id: string; readonly epoch: number } | null;
}
