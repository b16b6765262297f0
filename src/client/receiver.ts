// The port between a consumer and the way its events come: the consumer keeps the position and the handler, a
// receiver keeps one connection going.
import { LIVE } from '../contract/consumer.ts';
import type { From, Want } from '../contract/generated/types.ts';
import type { CallMethod, CallParams, CallResult } from './caller.ts';
import type { Position, WireBatch } from './received-batch.ts';

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
  /** Registers the consumer and acknowledges what it was told to, once, before anything is read. */
  prepare(call: Calling): Promise<void>;
  /** A LIVE reader begins here. */
  beginAt(position: Position): void;
  /** It is being read. */
  ready(): void;
  /** Handles one batch; false = it has to come again. One at a time, also across sessions. */
  take(batch: WireBatch): Promise<boolean>;
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
