// postgres.js, without an ORM: an order and its event in one transaction.
import { eventInsert } from 'aftercommit/generator';

/** `options` may name a stream. */
function addEvent(tx, type, data, options) {
  const { sql, bindings } = eventInsert('postgres', type, data, options);
  return tx.unsafe(sql, bindings);
}

export async function placeOrder(db, order) {
  await db.begin(async (tx) => {
    await tx`insert into orders ${tx(order)}`;
    await addEvent(tx, 'ORDER_PLACED', order);
  });
}

/** Rejects, and nobody ever sees the order or the event. */
export async function refuseOrder(db, order) {
  await db.begin(async (tx) => {
    await tx`insert into orders ${tx(order)}`;
    await addEvent(tx, 'ORDER_PLACED', order);
    throw new Error('The card was declined.');
  });
}
