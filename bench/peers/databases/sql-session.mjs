// One connection of the original's own drivers, for what the bench does to the original's tables from outside: make
// them, fill them, read them. SQLite's file must not be opened as the product would, since that changes its journal.
import mysql from 'mysql';
import pg from 'pg';
import sqlite3 from 'sqlite3';

const openers = { sqlite: openSqlite, postgres: openPostgres, mysql: openMysql };

/** Gives `{ run(sql), rows(sql), close() }`; rows are arrays. */
export function openSession(kind, url) {
  return openers[kind](url);
}

async function openSqlite(url) {
  const path = url.slice('sqlite:'.length);
  const database = await new Promise((resolve, reject) => {
    const opened = new sqlite3.Database(path, (error) => (error ? reject(error) : resolve(opened)));
  });
  database.configure('busyTimeout', 10_000);
  const promised = (work) =>
    new Promise((resolve, reject) => {
      work((error, rows) => (error ? reject(error) : resolve(rows)));
    });
  return {
    run: (sql) => promised((done) => database.exec(sql, done)),
    rows: async (sql) =>
      (await promised((done) => database.all(sql, done))).map((row) => Object.values(row)),
    close: () => promised((done) => database.close(done)),
  };
}

async function openPostgres(url) {
  const client = new pg.Client({ connectionString: url });
  // A database that is dropped cuts its connections; without a listener that would end the process.
  client.on('error', () => {});
  await client.connect();
  return {
    run: (sql) => client.query(sql),
    rows: async (sql) => (await client.query({ text: sql, rowMode: 'array' })).rows,
    close: () => client.end(),
  };
}

async function openMysql(url) {
  const { hostname, port, username, password, pathname } = new URL(url);
  const connection = mysql.createConnection({
    host: hostname,
    port,
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
    charset: 'utf8mb4',
    dateStrings: true,
    supportBigNumbers: true,
  });
  connection.on('error', () => {});
  const query = (sql) =>
    new Promise((resolve, reject) => {
      connection.query(sql, (error, rows) => (error ? reject(error) : resolve(rows)));
    });
  return {
    run: query,
    rows: async (sql) => (await query(sql)).map((row) => Object.values(row)),
    close: () => new Promise((resolve) => connection.end(resolve)),
  };
}
