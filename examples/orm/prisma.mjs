// Prisma: an order and its event in one interactive transaction, on any of the databases.
import { eventInsert } from 'aftercommit/generator';

/** `dialect` is 'sqlite', 'postgres' or 'mysql'; options may name a stream. */
function addEvent(tx, dialect, type, data, options) {
  const { sql, bindings } = eventInsert(dialect, type, data, options);
  return tx.$executeRawUnsafe(sql, ...bindings);
}

export async function placeOrder(prisma, dialect, order) {
  await prisma.$transaction(async (tx) => {
    await tx.order.create({ data: order });
    await addEvent(tx, dialect, 'ORDER_PLACED', order);
  });
}

/** Rejects, and nobody ever sees the order or the event. */
export async function refuseOrder(prisma, dialect, order) {
  await prisma.$transaction(async (tx) => {
    await tx.order.create({ data: order });
    await addEvent(tx, dialect, 'ORDER_PLACED', order);
    throw new Error('The card was declined.');
  });
}
