// Events of the service `shop` go into the stream of the service `billing`, each once and in their order. The kit's
// cursor and the event's row are committed together, in billing's database.
import { exactlyOnce } from 'aftercommit/client/exactly-once';
import { addEvent, JsonText } from 'aftercommit/generator';

/** What is moved, and what it is called in billing. */
const TYPES = {
  ORDER_PAID: 'SHOP_ORDER_PAID',
  ORDER_CANCELLED: 'SHOP_ORDER_CANCELLED',
};

/**
 * `shop` is a client of the one service, `billing` knex on the database of the other; `hints` tell that one of each
 * commit, and may be left out. Runs until the signal aborts.
 */
export async function moveEvents({ shop, billing, hints, signal }) {
  const once = exactlyOnce({ database: billing, consumer: 'from_shop' });
  await once.migrate();
  const position = await once.open();
  const onEvents = once.handler(async (tx, batch) => {
    // As text, data is moved as its writer wrote it: 12.50 stays 12.50.
    for (const { type, data } of batch.asWritten()) {
      await addEvent(tx, TYPES[type], new JsonText(data), { hints });
    }
  });
  const consumer = shop.consumer({
    component: 'to_billing',
    want: Object.keys(TYPES),
    position,
    onTrouble: (error) => console.warn('from shop to billing:', error),
  });
  await consumer.run(onEvents, { signal });
}
