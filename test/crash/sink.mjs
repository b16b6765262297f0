// An app with a sink that writes into a database of its own and keeps its position there, to be killed at any moment.
//   node sink.mjs KIND DATABASE_URL OWN_URL
// Prints a line when it has started.
import { writeSync } from 'node:fs';
import makeKnex from 'knex';
import { createApp } from '../../dist/src/index.js';
import { SqliteClient } from '../../dist/src/store/sqlite-client.js';

const [kind, database, ownUrl] = process.argv.slice(2);
const configs = {
  sqlite: {
    client: SqliteClient,
    connection: { filename: ownUrl.slice('sqlite:'.length) },
    useNullAsDefault: true,
  },
  postgres: { client: 'pg', connection: ownUrl },
  mysql: { client: 'mysql2', connection: ownUrl },
};
const db = makeKnex(configs[kind]);

const sink = {
  open: () => db('effects_at').first('id', 'epoch'),
  write: ({ events, after, upTo, epoch }) =>
    db.transaction(async (tx) => {
      const position = { id: upTo, epoch };
      const moved = await tx('effects_at').where({ id: after }).update(position);
      if (moved === 0) await tx('effects_at').insert({ one: 1, ...position });
      if (events.length === 0) return;
      await tx('effects').insert(events.map(({ id, data }) => ({ event_id: id, data })));
    }),
};
const app = createApp({
  database,
  sinks: [{ name: 'effects', batchMax: 20, sink }],
  logLevel: 'silent',
});
await app.start();
writeSync(1, 'started\n');
