// The published entry `aftercommit/generator`: events inside the application's own transaction. It loads no database
// driver and no server; the application's handle is all it needs.

export { isServiceError, ServiceError } from '../contract/errors.ts';
export {
  type EventInsert,
  type EventInsertDialect,
  type EventInsertOptions,
  eventInsert,
  inboxTable,
} from './event-insert.ts';
export { Hints, type HintsOptions, type HintTarget } from './hints.ts';
export { type AddEventOptions, addEvent, type TransactionHandle } from './transactional.ts';
