// The keeper: starts throw-away database servers, and ends them when its stdin closes. The kernel
// closes it however the parent goes, by SIGKILL too, so that no server and no folder stays behind.
//   node keeper.mjs [--durable] [postgres] [mysql]      both when none is named
// One line on stdout tells when all is settled: {"postgresUrl": "...", "mysqlUrl": "..."}, and under
// "mysqlRoot" where the programs were unpacked, if they were. What cannot be had stands under
// "error" instead: {"error": {"mysql": {"message", "install"}}}.
// Plain JavaScript, since it runs on Node 20 without a loader.
import { parseArgs } from 'node:util';
import { startMariadb } from './mariadb.mjs';
import { installMariadb } from './mariadb-programs.mjs';
import { startPostgres } from './postgres.mjs';
import { installPostgres } from './postgres-programs.mjs';

const databases = {
  postgres: { start: startPostgres, install: installPostgres },
  mysql: { start: startMariadb, install: installMariadb },
};

const { kinds, isDurable } = readArguments();
const signal = watchForEnd();
const outcomes = await startAll();
if (!signal.aborted) {
  announce();
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
await Promise.allSettled(outcomes.map((outcome) => outcome.server?.stop()));
process.exit();

function readArguments() {
  const { values, positionals } = parseArgs({
    options: { durable: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((kind) => !Object.hasOwn(databases, kind));
  if (unknown.length > 0) throw new Error(`expected postgres or mysql, got ${unknown.join(', ')}`);
  return {
    kinds: positionals.length > 0 ? positionals : Object.keys(databases),
    isDurable: values.durable,
  };
}

/** Gives a signal that aborts as soon as the keeper has to end, also in the middle of a start. */
function watchForEnd() {
  const ending = new AbortController();
  const end = () => ending.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, end);
  for (const name of ['end', 'close', 'error']) process.stdin.on(name, end);
  process.stdin.resume();
  // A parent that was killed cannot read the line any more; that is no reason to leave the servers
  // running.
  process.stdout.on('error', end);
  process.on('uncaughtException', (error) => {
    console.error(error);
    process.exitCode = 1;
    end();
  });
  return ending.signal;
}

function startAll() {
  return Promise.all(
    kinds.map(async (kind) => {
      try {
        return { kind, server: await databases[kind].start({ isDurable, signal }) };
      } catch (error) {
        return { kind, error: { message: error.message, install: databases[kind].install } };
      }
    }),
  );
}

function announce() {
  const line = {};
  for (const { kind, server, error } of outcomes) {
    if (server) line[`${kind}Url`] = server.url;
    if (server?.root) line[`${kind}Root`] = server.root;
    if (error) line.error = { ...line.error, [kind]: error };
  }
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
