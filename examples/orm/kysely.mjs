// Kysely: an order and its event in one transaction, on any of the databases.
import { eventInsert } from 'aftercommit/generator';
import { CompiledQuery } from 'kysely';

/** `dialect` is 'sqlite', 'postgres' or 'mysql'; options may name a stream. */
function addEvent(tx, dialect, type, data, options) {
  const { sql, bindings } = eventInsert(dialect, type, data, options);
  return tx.executeQuery(CompiledQuery.raw(sql, bindings));
}

export async function placeOrder(db, dialect, order) {
  await db.transaction().execute(async (tx) => {
    await tx.insertInto('orders').values(order).execute();
    await addEvent(tx, dialect, 'ORDER_PLACED', order);
  });
}

/** Rejects, and nobody ever sees the order or the event. */
export async function refuseOrder(db, dialect, order) {
  await db.transaction().execute(async (tx) => {
    await tx.insertInto('orders').values(order).execute();
    await addEvent(tx, dialect, 'ORDER_PLACED', order);
    throw new Error('The card was declined.');
  });
}
