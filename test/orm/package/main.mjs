// Runs a shop in a process of its own: `node main.mjs NAME KIND ADDRESS`, with the orders as JSON in ORDERS. Before
// each order that is placed, one like it is refused.
import { strict as assert } from 'node:assert';

const [name, kind, address] = process.argv.slice(2);
const { openShop } = await import(`./shops/${name}.mjs`);
const shop = await openShop(kind, address);
for (const order of JSON.parse(process.env.ORDERS)) {
  await assert.rejects(
    async () => shop.refuse({ ...order, item: 'refused' }),
    /declined|rollback/i,
  );
  await shop.place(order);
}
await shop.close();
