// The port between delivery and the network.
import type { Batch } from '../contract/event.ts';

/** Why a channel was closed from our side; server/ws turns them into close codes. */
export type CloseReason = 'taken-over' | 'timed-out' | 'unregistered' | 'shutting-down' | 'failed';

/** A batch with its number on the subscription. */
export interface NumberedBatch extends Batch {
  readonly seq: number;
}

/**
 * A path to one consumer. `send` resolves with true when the consumer has acknowledged and with false when it has
 * refused the batch; it rejects when the path is gone, and never settles late after that. Order, number in flight and
 * time-outs are the caller's business.
 */
export interface Channel {
  send(batch: NumberedBatch): Promise<boolean>;
  close(reason: CloseReason): void;
  /** Aborted when the path is gone, whoever closed it. */
  readonly closed: AbortSignal;
}
