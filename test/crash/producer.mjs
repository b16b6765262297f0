// An application that writes events inside its transactions, to be killed at any moment.
//   node producer.mjs sqlite|postgres|mysql URL[,URL...] NAME WRITERS
// A connection is made to the next of several databases when that to the one before was lost. Prints a line before and after each transaction: `asked DATA`, then `committed DATA` when its COMMIT was answered or
// `undone DATA` when it was rolled back. A line is with the parent before the next statement is sent.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from '@photostructure/sqlite';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { addEvent } from '../../dist/src/generator/index.js';

const UNDONE_EVERY = 5;
const RETRY_MS = 20;

const connect = {
  sqlite: async (url) => {
    const handle = new DatabaseSync(url.slice('sqlite:'.length), { timeout: 0 });
    return {
      handle,
      begin: () => handle.exec('begin immediate'),
      run: async (sql) => handle.exec(sql),
      close: () => handle.close(),
    };
  },
  postgres: async (url) => {
    const handle = new pg.Client({ connectionString: url });
    // The loss of a connection shows at the next statement.
    handle.on('error', () => {});
    await handle.connect();
    return {
      handle,
      begin: () => handle.query('begin'),
      run: (sql) => handle.query(sql),
      close: () => handle.connection.stream.destroy(),
    };
  },
  mysql: async (url) => {
    const handle = await mysql.createConnection(url);
    handle.on('error', () => {});
    // In a Galera cluster a transaction begins behind what was committed on other nodes before.
    await handle.query('set autocommit = 1 /*M!100301 , wsrep_sync_wait = 7 */');
    return {
      handle,
      begin: () => handle.query('begin'),
      run: (sql) => handle.query(sql),
      close: () => handle.destroy(),
    };
  },
};

const [kind, list, name, writers] = process.argv.slice(2);
const urls = list.split(',');
await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => write(writer)));

/** Goes on for ever, on a new connection after each failure. */
async function write(writer) {
  for (let nth = 0, place = 0; ; place += 1) {
    const session = await connect[kind](urls[place % urls.length]).catch(() => null);
    try {
      for (; session !== null; nth += 1) await writeOne(session, nth, `${name} ${writer} ${nth}`);
    } catch {
      // What its COMMIT came to is not known; the next transaction has another name.
      nth += 1;
      session.close();
    }
    await sleep(RETRY_MS);
  }
}

async function writeOne({ handle, begin, run }, nth, data) {
  await begin();
  tell('asked', data);
  await addEvent(handle, 'TX', data);
  const isUndone = nth % UNDONE_EVERY === UNDONE_EVERY - 1;
  await run(isUndone ? 'rollback' : 'commit');
  tell(isUndone ? 'undone' : 'committed', data);
  // SQLite answers without a turn of the event loop.
  await sleep(1);
}

function tell(what, data) {
  writeSync(1, `${what} ${data}\n`);
}
