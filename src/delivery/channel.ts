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

/** A batch with its number on the subscription. */
export interface NumberedBatch extends Batch {
  readonly seq: number;
  /** Where the reader stood when what follows was found to be no more; it was passed over up to `after`. */
  readonly passedFrom?: EventId | undefined;
}

/**
 * A path to one consumer. `send` resolves with true when the consumer has acknowledged and with false when it has
 * refused the batch; it rejects when the path is gone, and never settles after `forget`. Order, number in flight and
 * time-outs are the caller's business, and so is to send only while it is writable.
 */
export interface Channel {
  /** Words events that a batch to come is likely to hold, so that it can be sent at once. */
  prepare(events: EventList): void;
  send(batch: NumberedBatch): Promise<boolean>;
  /**
   * False when the consumer cannot be told what was passed over: a batch without events is not sent to it then, and
   * the cursor moves over it once everything before it is acknowledged.
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
}
