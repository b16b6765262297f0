// What a consumer may be told, and what it calls.
import type { Checks } from '../base/options.ts';
import {
  aComponent,
  aCount,
  aFrom,
  aFunction,
  anInteger,
  aPosition,
  aStream,
  aTryCount,
  aWant,
  milliseconds,
  oneOf,
  orNull,
} from '../contract/checks.ts';
import type { From } from '../contract/generated/types.ts';
import type { Position, ReceivedBatch } from './received-batch.ts';

/** What a consumer reads, and how. */
export interface ConsumerOptions {
  /**
   * The part of the caller that reads on its own; it is registered when it is new. LIVE reads without a cursor.
   * @default 'LIVE'
   */
  readonly component?: string | undefined;
  /** The stream's name. @default 'main' */
  readonly stream?: string | undefined;
  /** Event types; null = all that the caller may see. @default null */
  readonly want?: readonly string[] | null | undefined;
  /** Push needs a WebSocket, poll only HTTP. @default 'push' */
  readonly by?: 'push' | 'poll' | undefined;
  /**
   * Where it begins: LIVE in each run, another component when it is registered.
   * @default `'now'` for LIVE, else `'beginning'`
   */
  readonly from?: From | undefined;
  /**
   * After so many failed tries of one event alone, 1 to 1000, it is parked and reading goes on behind it; null: it is
   * waited for. Of no effect on a component that is registered. @default null
   */
  readonly parkAfter?: number | null | undefined;
  /**
   * Everything up to it was handled, by whichever reader: LIVE begins behind it, another component acknowledges it
   * before it reads. @default null
   */
  readonly position?: Position | null | undefined;
  /** Poll only: the most events of one batch; the server's own limit stands above it. @default the server's limit */
  readonly eventsMax?: number | undefined;
  /** Push only, and not LIVE: batches that may be under way at a time. @default 1 */
  readonly batchesInFlightMax?: number | undefined;
  /**
   * How long a run that ends waits for its handler, and for its last acknowledgement, in milliseconds.
   * @default 2000
   */
  readonly settleMs?: number | undefined;
  /**
   * Called whenever events can come: when the server has answered, at first and after each trouble of a connection, and
   * when it can read its database again. What it throws ends the run.
   */
  readonly onReady?: (() => void) | undefined;
  /**
   * Called each time that it could not go on and will try again, and when a handler rejected. By push also, over and
   * over, while the server cannot read its database (`StoreUnavailable`, `Timeout`): the connection stays then. What it
   * throws ends the run.
   */
  readonly onTrouble?: ((error: unknown) => void) | undefined;
  /**
   * Called when the stream is sealed and all of it was handled, with the position behind it; the run resolves then.
   * When the stream is unsealed, another run goes on. What it throws ends the run.
   */
  readonly onEnd?: ((end: Position) => void) | undefined;
}

/** As the contract bounds `max_in_flight`. */
const IN_FLIGHT_MAX = 64;

export const CONSUMER_OPTIONS: Checks<ConsumerOptions> = {
  component: aComponent,
  stream: aStream,
  want: aWant,
  by: oneOf('push', 'poll'),
  from: aFrom,
  parkAfter: orNull(aTryCount),
  position: orNull(aPosition),
  eventsMax: aCount,
  batchesInFlightMax: anInteger(1, IN_FLIGHT_MAX),
  settleMs: milliseconds(0),
  onReady: aFunction,
  onTrouble: aFunction,
  onEnd: aFunction,
};

/**
 * Handles one batch. Resolving acknowledges it; resolving with `enough(id)` acknowledges up to that event and ends the
 * run. Rejecting makes its events come again one by one, after pauses that grow; the server keeps the error's message.
 * Rejecting with an error whose `isFinal` is true ends the run with that error.
 */
export type OnEvents = (batch: ReceivedBatch) => unknown;
