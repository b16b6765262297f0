// The shop of examples/orm/postgres-js.mjs on a connection.
import postgres from 'postgres';
import { placeOrder, refuseOrder } from '../../../../examples/orm/postgres-js.mjs';

export async function openShop(_kind, url) {
  const client = postgres(url);
  return {
    place: (order) => placeOrder(client, order),
    refuse: (order) => refuseOrder(client, order),
    close: () => client.end(),
  };
}
