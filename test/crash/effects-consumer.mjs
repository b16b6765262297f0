// Two consumers of the published client, to be killed at any moment.
//   node effects-consumer.mjs URL KIND DATABASE_URL
// `kept` inserts a row for each event into `effects`, by way of the exactly-once kit; `told` prints the ids of each
// batch as a line of JSON before it acknowledges it.
import { writeSync } from 'node:fs';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { exactlyOnce } from '../../dist/src/client/exactly-once/index.js';
import { createClient } from '../../dist/src/client/index.js';
import { loadDriver } from '../../dist/src/store/dialects/sqlite/driver.js';

const [url, kind, databaseUrl] = process.argv.slice(2);

const openers = {
  sqlite: async () => {
    const Database = await loadDriver();
    const handle = new Database(databaseUrl.slice('sqlite:'.length), { timeout: 5000 });
    return [handle, (tx, values) => tx.prepare(insertOf('?, ?')).run(...values)];
  },
  postgres: async () => [
    new pg.Pool({ connectionString: databaseUrl }),
    (tx, values) => tx.query(insertOf('$1, $2'), values),
  ],
  mysql: async () => [
    mysql.createPool(databaseUrl),
    (tx, values) => tx.execute(insertOf('?, ?'), values),
  ],
};
const insertOf = (values) => `insert into effects (event_id, data) values (${values})`;

const [database, insert] = await openers[kind]();
const once = exactlyOnce({ database, consumer: 'kept' });
await once.migrate();
const position = await once.open();
const client = createClient({ url });

const kept = client.consumer({ component: 'kept', position, batchesInFlightMax: 3 }).run(
  once.handler(async (tx, { events }) => {
    for (const { id, data } of events) await insert(tx, [id, String(data)]);
  }),
);
const told = client.consumer({ component: 'told' }).run(({ events }) => {
  writeSync(1, `${JSON.stringify(events.map(({ id }) => Number(id)))}\n`);
});
await Promise.all([kept, told]);
