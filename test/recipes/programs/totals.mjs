//   node totals.mjs URL DATABASE_URL NAME [WAREHOUSE_URL]
import { createClient } from 'aftercommit/client';
import { keepTotals } from '../../../examples/recipes/totals.mjs';
import { openKnex, untilTold } from './open-knex.mjs';

const [url, databaseUrl, name, warehouseUrl] = process.argv.slice(2);
const db = openKnex(databaseUrl);
const warehouse = warehouseUrl === undefined ? null : openKnex(warehouseUrl);
try {
  await keepTotals({ client: createClient({ url }), db, name, warehouse, signal: untilTold() });
} catch (error) {
  console.log(error.code);
  process.exitCode = 1;
}
await db.destroy();
await warehouse?.destroy();
