// Prints its URL, and then each order that was placed, as a line of JSON.
//   node express.mjs DATABASE_URL PORT
import { startShop } from '../../../examples/recipes/express.mjs';
import { openKnex } from './open-knex.mjs';

const [databaseUrl, port] = process.argv.slice(2);
const shop = await startShop({
  db: openKnex(databaseUrl),
  port: Number(port),
  onPlaced: async (order) => console.log(JSON.stringify(order)),
});
process.once('SIGTERM', () => shop.stop());
console.log(JSON.stringify(shop.url));
