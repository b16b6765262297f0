// The port between a consumer and the way its events come: the consumer keeps the position and the handler, a
// receiver keeps one connection going.
import { LIVE } from '../contract/consumer.ts';
import type { From, Want } from '../contract/generated/types.ts';
import type { CallMethod, CallParams, CallResult } from './caller.ts';
import type { Position, WireBatch } from './received-batch.ts';
import type { Taken } from './refusal.ts';

/** How the receiver at work calls. */
export type Calling = <M extends CallMethod>(
  method: M,
  params: CallParams<M>,
) => Promise<CallResult<M>>;

/** What a receiver knows of its consumer, and tells it. */
export interface Reading {
  readonly component: string;
  readonly stream: string;
  readonly want: Want;
  readonly from: From | undefined;
  /** Up to where this reader is; null before its first batch, unless it was told. */
  readonly position: Position | null;
  /** Registers the consumer, once. */
  register(call: Calling): Promise<void>;
  /** Resolves when no batch is being handled any more. */
  idle(): Promise<void>;
  /** The same, or when a run that ends has waited long enough. */
  settled(): Promise<void>;
  /** Says again that everything up to `position` was handled, unless that is known to be stored. */
  acknowledge(call: Calling): Promise<void>;
  /**
   * True for the answer that the position is of another history: a registered consumer goes back to what both share,
   * and is to be asked for again.
   */
  goesBack(error: unknown): boolean;
  /** A LIVE reader begins here. */
  beginAt(position: Position): void;
  /** It is being read. What the callback throws ends the run. */
  ready(): void;
  /** It cannot be read for a while; `ready` follows when it can again, unless the session ends. */
  trouble(error: unknown): void;
  /**
   * Handles one batch; refused, it has to come again. One at a time, also across sessions; a batch whose turn comes
   * when its session is over is not handled.
   */
  take(batch: WireBatch, session?: AbortSignal): Promise<Taken>;
  /** Aborted when the consumer wants no more. */
  readonly ending: AbortSignal;
}

export interface Receiver {
  /** From connecting to the end of the connection, which it rejects with. */
  session(reading: Reading): Promise<never>;
}

export function isLive({ component }: Pick<Reading, 'component'>): boolean {
  return component === LIVE;
}
