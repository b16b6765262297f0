// The shop of examples/orm/drizzle.mjs on a connection of postgres.js.
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { pgOrders, shopOn } from './drizzle.mjs';

export async function openShop(_kind, url) {
  const client = postgres(url);
  return shopOn(drizzle(client), 'postgres', pgOrders, () => client.end());
}
