// The service inside an Express application: on its server, on its database, in its process.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createApp } from 'aftercommit';
import { addEvent } from 'aftercommit/generator';
import express from 'express';

/** `db` is the application's knex instance, and is destroyed with it. `onPlaced(order)` may be given an order again. */
export async function startShop({ db, port, onPlaced }) {
  const web = express();
  const server = createServer(web);
  const events = createApp({ server, database: db });

  web.post('/orders', express.json(), async (request, response) => {
    const { item, cents } = request.body;
    await db.transaction(async (tx) => {
      await tx('orders').insert({ item, cents });
      await addEvent(tx, 'ORDER_PLACED', { item, cents }, { hints: events.hints });
    });
    response.status(201).end();
  });

  await events.start();
  await events.subscribe({
    component: 'orders',
    want: ['ORDER_PLACED'],
    onEvents: async (batch) => {
      for (const { data } of batch.events) await onPlaced(data);
    },
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  const stop = async () => {
    // First the events: handlers finish their batch, and sockets are told to go, which would keep the server open.
    await events.stop();
    // Then the server: it takes no more requests, and ends those that it has. They need the database.
    server.close();
    await once(server, 'close');
    await db.destroy();
  };
  return { url: events.url, stop };
}
