// TypeORM: an order and its event in one transaction, on any of the databases.
import { eventInsert } from 'aftercommit/generator';
import { EntitySchema } from 'typeorm';

export const Order = new EntitySchema({
  name: 'Order',
  tableName: 'orders',
  columns: {
    id: { type: Number, primary: true, generated: true },
    item: { type: String },
    total: { type: 'float' },
  },
});

/** `dialect` is 'sqlite', 'postgres' or 'mysql'; options may name a stream. */
function addEvent(manager, dialect, type, data, options) {
  const { sql, bindings } = eventInsert(dialect, type, data, options);
  return manager.query(sql, bindings);
}

export async function placeOrder(source, dialect, order) {
  await source.transaction(async (manager) => {
    await manager.insert(Order, { ...order });
    await addEvent(manager, dialect, 'ORDER_PLACED', order);
  });
}

/** Rejects, and nobody ever sees the order or the event. */
export async function refuseOrder(source, dialect, order) {
  await source.transaction(async (manager) => {
    await manager.insert(Order, { ...order });
    await addEvent(manager, dialect, 'ORDER_PLACED', order);
    throw new Error('The card was declined.');
  });
}
