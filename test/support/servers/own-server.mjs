// A server of one test's own, to be killed, halted and started again on the same port and
// data. It is durable: what was committed survives. Like the keeper it ends when its stdin closes.
//   node own-server.mjs postgres|mysql|galera|nats|redis|pgbouncer|sshfs [OPTIONS, as JSON]
// The first line on stdout is {"url": "..."}, or {"error": "..."}. Each line on stdin is an order
// (crash, halt, freeze, thaw, start) and is answered by a line when it is carried out: {} or {"error": "..."}.
import { setMaxListeners } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { startGalera } from './galera.mjs';
import { startMariadb } from './mariadb.mjs';
import { startNats } from './nats.mjs';
import { startPgbouncer } from './pgbouncer.mjs';
import { lastingPort } from './port.mjs';
import { startPostgres } from './postgres.mjs';
import { startRedis } from './redis.mjs';
import { ServerProcess } from './server-process.mjs';
import { startSshfs } from './sshfs.mjs';

const starts = {
  postgres: startPostgres,
  mysql: startMariadb,
  galera: startGalera,
  nats: startNats,
  redis: startRedis,
  pgbouncer: startPgbouncer,
  sshfs: startSshfs,
};
const [, , kind, options = '{}'] = process.argv;
const startsMax = 100;
const pauseMs = 100;
// The last of the killed server's children may live a moment longer, and holds what it had.
const isInUse = /still in use|already in use|Can't lock|Unable to lock/i;

let command;
let current;
const ending = new AbortController();
// Every start listens to it.
setMaxListeners(0, ending.signal);
const orders = createInterface({ input: process.stdin });
orders.once('close', () => ending.abort());
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => ending.abort());
process.stdout.on('error', () => ending.abort());

try {
  const { url, stop } = await starts[kind]({
    ...JSON.parse(options),
    isDurable: true,
    signal: ending.signal,
    choosePort: lastingPort,
    launch,
  });
  ending.signal.addEventListener('abort', () => stop().finally(() => process.exit()), {
    once: true,
  });
  if (ending.signal.aborted) await stop().finally(() => process.exit());
  answer({ url });
} catch (error) {
  answer({ error: error.message });
  process.exit();
}
for await (const order of orders) await carryOut(order).then(() => answer({}), tellFailure);

/** Stands for whatever process there is at the time. */
async function launch(given, signal) {
  command = given;
  current = await ServerProcess.start(command, signal);
  return { stop: () => current.stop() };
}

async function carryOut(order) {
  if (order === 'crash') await current.crash();
  else if (order === 'halt') await current.halt();
  else if (order === 'freeze') current.signal('SIGSTOP');
  else if (order === 'thaw') current.signal('SIGCONT');
  else current = await startAgain();
}

async function startAgain() {
  // One node of a cluster is started otherwise than it was at first.
  const again = (await command.again?.()) ?? command;
  for (let attempt = 1; ; attempt++) {
    try {
      return await ServerProcess.start(again, ending.signal);
    } catch (error) {
      if (attempt === startsMax || !isInUse.test(error.message)) throw error;
    }
    await sleep(pauseMs);
  }
}

function tellFailure(error) {
  answer({ error: error.message });
}

function answer(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
