// The published entry `aftercommit/sqlite`: a client for an application's own knex instance, on the SQLite library that
// the service uses. In one process there must be no other (dialects/sqlite/same-library.ts).
export { SqliteClient } from './dialects/sqlite/knex-client.ts';
