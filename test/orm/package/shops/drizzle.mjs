// The shops of examples/orm/drizzle.mjs and drizzle-sqlite.mjs on a connection.
import Database from 'better-sqlite3';
import { drizzle as onSqlite } from 'drizzle-orm/better-sqlite3';
import * as mysqlCore from 'drizzle-orm/mysql-core';
import { drizzle as onMysql } from 'drizzle-orm/mysql2';
import { drizzle as onPostgres } from 'drizzle-orm/node-postgres';
import * as pgCore from 'drizzle-orm/pg-core';
import * as sqliteCore from 'drizzle-orm/sqlite-core';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { placeOrder, refuseOrder } from '../../../../examples/orm/drizzle.mjs';
import * as sqlite from '../../../../examples/orm/drizzle-sqlite.mjs';

export const pgOrders = pgCore.pgTable('orders', {
  id: pgCore.serial().primaryKey(),
  item: pgCore.text().notNull(),
  total: pgCore.doublePrecision().notNull(),
});
const mysqlOrders = mysqlCore.mysqlTable('orders', {
  id: mysqlCore.serial().primaryKey(),
  item: mysqlCore.varchar({ length: 255 }).notNull(),
  total: mysqlCore.double().notNull(),
});
const sqliteOrders = sqliteCore.sqliteTable('orders', {
  id: sqliteCore.integer().primaryKey(),
  item: sqliteCore.text().notNull(),
  total: sqliteCore.real().notNull(),
});

const OPEN = {
  sqlite: (file) => {
    const client = new Database(file);
    client.pragma('synchronous = full');
    const db = onSqlite(client);
    const addEvent = sqlite.eventWriter(db.$client);
    return {
      place: (order) => sqlite.placeOrder(db, addEvent, sqliteOrders, order),
      refuse: (order) => sqlite.refuseOrder(db, addEvent, sqliteOrders, order),
      close: () => client.close(),
    };
  },
  postgres: (url) => {
    const pool = new pg.Pool({ connectionString: url });
    return shopOn(onPostgres(pool), 'postgres', pgOrders, () => pool.end());
  },
  mysql: (url) => {
    const pool = mysql.createPool(url);
    return shopOn(onMysql(pool), 'mysql', mysqlOrders, () => pool.end());
  },
};

export const shopOn = (db, dialect, orders, close) => ({
  place: (order) => placeOrder(db, dialect, orders, order),
  refuse: (order) => refuseOrder(db, dialect, orders, order),
  close,
});

export const openShop = async (kind, address) => OPEN[kind](address);
