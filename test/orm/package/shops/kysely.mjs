// The shop of examples/orm/kysely.mjs on a connection.
import Database from 'better-sqlite3';
import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely';
import mysql from 'mysql2';
import pg from 'pg';
import { placeOrder, refuseOrder } from '../../../../examples/orm/kysely.mjs';

const DIALECTS = {
  sqlite: (file) => {
    const database = new Database(file);
    database.pragma('synchronous = full');
    return new SqliteDialect({ database });
  },
  postgres: (url) => new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
  mysql: (url) => new MysqlDialect({ pool: mysql.createPool(url) }),
};

export async function openShop(kind, address) {
  const db = new Kysely({ dialect: DIALECTS[kind](address) });
  return {
    place: (order) => placeOrder(db, kind, order),
    refuse: (order) => refuseOrder(db, kind, order),
    close: () => db.destroy(),
  };
}
