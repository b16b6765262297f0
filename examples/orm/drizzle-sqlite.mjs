// Drizzle on SQLite (better-sqlite3), where transactions are synchronous: an order and its event in one.
import { eventInsert } from 'aftercommit/generator';

/** What adds events in whatever transaction `client` is in; the statement is prepared once. */
export function eventWriter(client, options) {
  const insert = client.prepare(eventInsert('sqlite', 'ANY', null, options).sql);
  return (type, data) => insert.run(...eventInsert('sqlite', type, data, options).bindings);
}

/** `orders` is the table, as `sqliteTable` declares it; `addEvent` comes from `eventWriter(db.$client)`. */
export function placeOrder(db, addEvent, orders, order) {
  db.transaction(
    (tx) => {
      tx.insert(orders).values(order).run();
      addEvent('ORDER_PLACED', order);
    },
    { behavior: 'immediate' },
  );
}

/** Throws, and nobody ever sees the order or the event. */
export function refuseOrder(db, addEvent, orders, order) {
  db.transaction(
    (tx) => {
      tx.insert(orders).values(order).run();
      addEvent('ORDER_PLACED', order);
      tx.rollback();
    },
    { behavior: 'immediate' },
  );
}
