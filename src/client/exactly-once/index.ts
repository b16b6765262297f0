// The published entry `aftercommit/client/exactly-once`: a consumer keeps its cursor in its own database, in the same
// transaction as its effect. It loads no database driver; the application's handle is all it needs.

export type { EventId } from '../../contract/event-id.ts';
export type { Fork } from '../../contract/forks.ts';
export type { ReceivedBatch, ReceivedEvent, WrittenEvent } from '../received-batch.ts';
export {
  type Effect,
  type ExactlyOnce,
  type ExactlyOnceOptions,
  exactlyOnce,
} from './exactly-once.ts';
export {
  ExactlyOnceError,
  type ExactlyOnceErrorCode,
  type ExactlyOnceErrorOptions,
} from './exactly-once-error.ts';
export type { BatchEvent, EventBatch, Position } from './remaining.ts';
export type { TransactionOf } from './transaction-of.ts';
