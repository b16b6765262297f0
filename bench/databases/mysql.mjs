// MySQL and MariaDB, as the bench uses them beside the product: the bare statements over plain connections with the
// settings that any application has. The insert is prepared; a read is faster when it is not.
import { readFile } from 'node:fs/promises';
import mysql from 'mysql2/promise';
import { addEvent } from '../kit/product.mjs';
import { statOf } from './server-cpu.mjs';

const TEXT = 'character set utf8mb4 collate utf8mb4_bin not null';
const BARE_TABLE = `create table bench_bare (
  id bigint unsigned not null auto_increment primary key, type varchar(128) ${TEXT}, data longtext ${TEXT},
  ts datetime(3) not null default (utc_timestamp(3))) engine=InnoDB`;
const ORDER_TABLE =
  'create table bench_orders (id bigint unsigned not null auto_increment primary key, n integer) engine=InnoDB';
const INSERT = 'insert into bench_bare (type, data) values (?, ?)';
const READ = 'select id, type, data, ts from evt_queue where id > ? order by id limit ?';
const DURABILITY = [
  'innodb_flush_log_at_trx_commit',
  'innodb_doublewrite',
  'innodb_flush_method',
  'log_bin',
  'sync_binlog',
];

export const mysqlDatabase = {
  kind: 'mysql',
  bareConnections: [1, 10, 32, 128],

  async create({ serverUrl, name }) {
    await onServer(serverUrl, (connection) =>
      connection.query(`create database ${name} character set utf8mb4`),
    );
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    return {
      url: url.href,
      drop: () => onServer(serverUrl, (connection) => drop(connection, name)),
    };
  },

  async describe(url) {
    const connection = await open(url);
    const settings = {};
    for (const name of DURABILITY) settings[name] = await one(connection, `select @@${name}`);
    const version = await one(connection, 'select version()');
    const serverPid = await pidIn(await one(connection, 'select @@pid_file'));
    await connection.end();
    const isLogSynced = Number(settings.log_bin) === 0 || Number(settings.sync_binlog) === 1;
    return {
      version: /mariadb/i.test(version) ? `MariaDB ${version.split('-')[0]}` : `MySQL ${version}`,
      settings,
      isDurable: Number(settings.innodb_flush_log_at_trx_commit) === 1 && isLogSynced,
      serverPid,
    };
  },

  async connect(url) {
    const connection = await open(url);
    const insert = ({ type, data }) => connection.execute(INSERT, [type, data]);
    const inTransaction = async (n, write) => {
      await connection.beginTransaction();
      await connection.execute('insert into bench_orders (n) values (?)', [n]);
      await write();
      await connection.commit();
    };
    return {
      async createTables() {
        await connection.query(BARE_TABLE);
        await connection.query(ORDER_TABLE);
      },
      insert,
      readPage: async (after, limit) =>
        (await connection.query({ sql: READ, rowsAsArray: true }, [after, limit]))[0],
      transact: (n, { type, data }) =>
        inTransaction(n, () => addEvent(connection, type, JSON.parse(data))),
      /** The same with a row of the application's own in place of the event. */
      transactBare: (n, draft) => inTransaction(n, () => insert(draft)),
      /** Many events in a transaction of their own, by one statement: what lies in the inbox then has no ids. */
      insertEvents: (drafts) =>
        connection.query('insert into evt_inbox (type, data) values ?', [
          drafts.map(({ type, data }) => [type, data]),
        ]),
      /** Rows of a history, [id, type, data, ts], in one statement that commits. */
      insertHistory: (rows) =>
        connection.query('insert into evt_history (id, type, data, ts) values ?', [
          rows.map(([id, type, data, ts]) => [id, type, data, ts.replace('T', ' ').slice(0, -1)]),
        ]),
      /** Keeps a snapshot of this moment, as a dump does; gives what lets it go. */
      async holdSnapshot() {
        await connection.query('set session transaction isolation level repeatable read');
        await connection.query('start transaction with consistent snapshot');
        await connection.query('select count(*) from evt_inbox');
        return () => connection.query('commit');
      },
      /** Leaves a transaction open that has written an event; gives what takes it back. */
      async hold({ type, data }) {
        await connection.beginTransaction();
        await addEvent(connection, type, JSON.parse(data));
        return () => connection.rollback();
      },
      close: () => connection.end(),
    };
  },
};

async function open(url) {
  const connection = await mysql.createConnection({
    uri: url,
    charset: 'utf8mb4',
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    jsonStrings: true,
  });
  // A database that is dropped cuts its connections; without a listener that would end the process.
  connection.on('error', () => {});
  return connection;
}

/** null when the server is on another machine, where this file means nothing, or is of another account. */
async function pidIn(path) {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  return /^(mariadbd|mysqld)$/.test(statOf(pid)?.name) ? pid : null;
}

async function one(connection, sql) {
  const [rows] = await connection.query({ sql, rowsAsArray: true });
  return String(rows[0][0]);
}

async function onServer(url, work) {
  const connection = await open(url);
  await work(connection).finally(() => connection.end());
}

/** An open transaction holds a lock that `drop database` waits for, so its connection goes first. */
async function drop(connection, name) {
  const [threads] = await connection.query('show processlist');
  for (const thread of threads) {
    if (thread.db === name) await connection.query(`kill ${thread.Id}`).catch(() => {});
  }
  await connection.query(`drop database if exists ${name}`);
}
