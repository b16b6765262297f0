// The database servers: those that TEST_POSTGRES_URL and TEST_MYSQL_URL name, else throw-away ones with everything
// about durability at its default. The keeper ends them when its stdin closes, however this process goes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const KEEPER = fileURLToPath(new URL('../../test/support/servers/keeper.mjs', import.meta.url));
const VARIABLES = { postgres: 'TEST_POSTGRES_URL', mysql: 'TEST_MYSQL_URL' };

/** Gives `{ urls, absent }` by kind: where a server is, and why there is none. */
export async function startServers(kinds, { disk, cleanUp }) {
  const wanted = kinds.filter((kind) => kind in VARIABLES);
  const missing = wanted.filter((kind) => !process.env[VARIABLES[kind]]);
  const line = missing.length > 0 ? await startKeeper(missing, disk, cleanUp) : {};
  const urls = {};
  const absent = {};
  for (const kind of wanted) {
    const url = process.env[VARIABLES[kind]] || line[`${kind}Url`];
    if (url !== undefined) urls[kind] = url;
    else absent[kind] = whyAbsent(kind, line.error?.[kind]);
  }
  return { urls, absent };
}

/** A process group of its own: Ctrl-C must not reach the keeper, since it is the keeper that cleans up. */
async function startKeeper(kinds, disk, cleanUp) {
  const keeper = spawn(process.execPath, [KEEPER, '--durable', ...kinds], {
    detached: true,
    stdio: ['pipe', 'pipe', 2],
    env: { ...process.env, TMPDIR: disk },
  });
  const exited = once(keeper, 'exit');
  cleanUp.defer(async () => {
    keeper.stdin.end();
    await exited;
  });
  const lines = createInterface({ input: keeper.stdout });
  const failed = exited.then(([code]) => {
    throw new Error(`the keeper of the database servers ended with ${code}`);
  });
  failed.catch(() => {});
  const [line] = await Promise.race([once(lines, 'line'), failed]);
  return JSON.parse(line);
}

function whyAbsent(kind, error) {
  return (
    `no ${kind} server. To install one: ${error?.install}; ` +
    `to use one that runs: set ${VARIABLES[kind]}. The reason: ${error?.message}`
  );
}
