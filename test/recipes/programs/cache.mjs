// A cache of prices that answers by HTTP. Its loads can be held between reading and answering.
//   node cache.mjs URL DATABASE_URL
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createClient } from 'aftercommit/client';
import { Cache, keepFresh } from '../../../examples/recipes/cache.mjs';
import { openKnex } from './open-knex.mjs';

const [url, databaseUrl] = process.argv.slice(2);
const db = openKnex(databaseUrl);
const state = { loads: 0, heard: 0 };
let held = Promise.resolve();
let release = () => {};

class WatchedCache extends Cache {
  forget(key) {
    super.forget(key);
    state.heard += 1;
  }
}
const cache = new WatchedCache(async (id) => {
  const { price } = await db('products').where({ id }).first();
  state.loads += 1;
  await held;
  return price;
});
const verbs = {
  '/get': async (id) => ({ price: await cache.get(Number(id)), ...state }),
  '/state': async () => state,
  '/hold': async () => {
    held = new Promise((resolve) => {
      release = resolve;
    });
  },
  '/release': async () => release(),
};
const server = createServer(async ({ url: asked }, response) => {
  const { pathname, searchParams } = new URL(asked, 'http://localhost');
  response.end(JSON.stringify((await verbs[pathname](searchParams.get('id'))) ?? {}));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(`http://127.0.0.1:${server.address().port}`);
await keepFresh({ client: createClient({ url }), cache, signal: new AbortController().signal });
