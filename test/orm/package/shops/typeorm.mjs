// The shop of examples/orm/typeorm.mjs on a connection.
import { DataSource } from 'typeorm';
import { Order, placeOrder, refuseOrder } from '../../../../examples/orm/typeorm.mjs';

const OPTIONS = {
  sqlite: (file) => ({
    type: 'better-sqlite3',
    database: file,
    prepareDatabase: (db) => db.pragma('synchronous = full'),
  }),
  postgres: (url) => ({ type: 'postgres', url }),
  mysql: (url) => ({ type: 'mysql', url }),
};

export async function openShop(kind, address) {
  const source = new DataSource({ ...OPTIONS[kind](address), entities: [Order] });
  await source.initialize();
  return {
    place: (order) => placeOrder(source, kind, order),
    refuse: (order) => refuseOrder(source, kind, order),
    close: () => source.destroy(),
  };
}
