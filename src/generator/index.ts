// The published entry `aftercommit/generator`: events inside the application's own transaction. It loads no database
// driver and no server; the application's handle is all it needs.

export {
  type ErrorCode,
  isServiceError,
  ServiceError,
  type ServiceErrorOptions,
} from '../contract/errors.ts';
export { JsonText } from '../contract/json-text.ts';
export type { KnexTransaction } from './adapters/knex.ts';
export type { Mysql2Connection } from './adapters/mysql2.ts';
export type { PgClient } from './adapters/pg.ts';
export type { SqliteHandle } from './adapters/sqlite.ts';
export {
  type EventInsert,
  type EventInsertDialect,
  type EventInsertOptions,
  eventInsert,
  inboxTable,
} from './event-insert.ts';
export { Hints, type HintsOptions, type HintTarget } from './hints.ts';
export { type AddEventOptions, addEvent, type TransactionHandle } from './transactional.ts';
