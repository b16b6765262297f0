// Drizzle on PostgreSQL (pg, postgres.js) and MySQL or MariaDB (mysql2): an order and its event in one transaction.
import { eventInsert } from 'aftercommit/generator';
import { sql } from 'drizzle-orm';

/** `dialect` is 'postgres' or 'mysql'; options may name a stream. */
function addEvent(tx, dialect, type, data, options) {
  const statement = eventInsert(dialect, type, data, options);
  // Drizzle writes the places of bindings itself: they go between the parts.
  const [insert, comma, end] = statement.sql.split(/\?|\$\d/).map((part) => sql.raw(part));
  const [first, second] = statement.bindings;
  return tx.execute(sql`${insert}${first}${comma}${second}${end}`);
}

/** `orders` is the table, as `pgTable` or `mysqlTable` declares it. */
export async function placeOrder(db, dialect, orders, order) {
  await db.transaction(async (tx) => {
    await tx.insert(orders).values(order);
    await addEvent(tx, dialect, 'ORDER_PLACED', order);
  });
}

/** Rejects, and nobody ever sees the order or the event. */
export async function refuseOrder(db, dialect, orders, order) {
  await db.transaction(async (tx) => {
    await tx.insert(orders).values(order);
    await addEvent(tx, dialect, 'ORDER_PLACED', order);
    tx.rollback();
  });
}
