//   node move.mjs SHOP_URL BILLING_URL BILLING_DATABASE_URL
import { createClient } from 'aftercommit/client';
import { Hints } from 'aftercommit/generator';
import { moveEvents } from '../../../examples/recipes/move.mjs';
import { openKnex, untilTold } from './open-knex.mjs';

const [shopUrl, billingUrl, databaseUrl] = process.argv.slice(2);
const billing = openKnex(databaseUrl);
const shop = createClient({ url: shopUrl });
await moveEvents({ shop, billing, hints: new Hints(billingUrl), signal: untilTold() });
await billing.destroy();
