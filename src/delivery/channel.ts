// The port between delivery and the network.
import type { Hint } from '../base/hint.ts';
import type { EventId } from '../contract/event-id.ts';
import type { Batch, EventList } from '../contract/event-list.ts';

/** Why a channel was closed from our side; server/ws turns them into close codes. */
export type CloseReason =
  | 'taken-over'
  | 'timed-out'
  | 'unregistered'
  | 'discarded'
  | 'forked'
  | 'shutting-down';

/** Why a consumer has refused a batch, in its own words; null when it gave none. */
export interface Refusal {
  readonly error: string | null;
}

/** A batch with its number on the subscription. */
export interface NumberedBatch extends Batch {
  readonly seq: number;
  /** Where the reader stood when what follows was found to be no more; it was passed over up to `after`. */
  readonly passedFrom?: EventId | undefined;
  /** It is one event of before its range, which was parked and is given once more. */
  readonly isParked?: boolean;
}

/**
 * A path to one consumer. `send` resolves with true when the consumer has acknowledged, or with why it has refused the
 * batch; it rejects when the path is gone, and never settles after `forget`. Order, number in flight and time-outs are
 * the caller's business, and so is to send only while it is writable.
 */
export interface Channel {
  /** Words events that a batch to come is likely to hold, so that it can be sent at once. */
  prepare(events: EventList): void;
  send(batch: NumberedBatch): Promise<true | Refusal>;
  /**
   * False when the consumer can be told nothing but events. What was passed over: a batch without events is not sent to
   * it then, and the cursor moves over it once everything before it is acknowledged. And it is given no parked events,
   * which it could not tell from others.
   */
  readonly sendsCheckpoints: boolean;
  /** Answers to what is under way count for nothing any more. */
  forget(): void;
  /** False while what was sent has piled up on the way. */
  readonly isWritable: boolean;
  /** Gives the hint whenever it becomes writable, until the returned function is called. */
  attach(hint: Hint): () => void;
  close(reason: CloseReason): void;
  /** Aborted when the path is gone, whoever closed it. */
  readonly closed: AbortSignal;
  /**
   * True when it is gone without a word of either side: the consumer's process has died, or the network. Left out where
   * that says nothing of the consumer.
   */
  readonly isLost?: boolean;
}
