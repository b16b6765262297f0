// What jest does before all tests: start the keeper of throw-away database servers
// (servers/keeper.mjs) and name them in TEST_POSTGRES_URL and TEST_MYSQL_URL, which the workers
// inherit, and what was unpacked for that in TEST_MARIADB_ROOT. A variable that is set already
// stays, and its database is not started. A database that cannot be had fails the run under CI, and
// is reported otherwise.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type ServerKind, serverKinds, urlVariables } from './databases.ts';

interface Announcement {
  readonly postgresUrl?: string;
  readonly mysqlUrl?: string;
  readonly mysqlRoot?: string;
  readonly error?: Partial<
    Record<ServerKind, { readonly message: string; readonly install: string }>
  >;
}

const keeperPath = fileURLToPath(new URL('./servers/keeper.mjs', import.meta.url));

let keeper: ChildProcess | null = null;
let variablesSet: string[] = [];

/** Starts the servers that no variable names yet. */
export default async function globalSetup(): Promise<void> {
  const wanted = serverKinds.filter((kind) => !process.env[urlVariables[kind]]);
  if (wanted.length === 0) return;
  const announcement = await startKeeper(wanted);
  for (const kind of wanted) {
    setVariable(urlVariables[kind], announcement[`${kind}Url`]);
  }
  setVariable('TEST_MARIADB_ROOT', announcement.mysqlRoot);
  await reportAbsent(announcement.error ?? {});
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) return;
  process.env[name] = value;
  variablesSet.push(name);
}

/**
 * Ends the servers and takes their names back, so that a next run in this process (watch mode)
 * starts its own.
 */
export async function stopKeeper(): Promise<void> {
  for (const name of variablesSet) delete process.env[name];
  variablesSet = [];
  const ending = keeper;
  keeper = null;
  if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
  ending.ref();
  ending.stdin?.end();
  await once(ending, 'exit');
}

async function startKeeper(wanted: readonly ServerKind[]): Promise<Announcement> {
  // A process group of its own: a signal to the whole group of the test run must not take the
  // keeper along, since it is the keeper that cleans up afterwards.
  const child = spawn(process.execPath, [keeperPath, ...wanted], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  keeper = child;
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(
        `the keeper of the database servers ended with ${code} before they were ready`,
      );
    }),
  ]);
  lines.close();
  // An abandoned test run may end; the keeper follows it.
  child.unref();
  unrefStream(child.stdout);
  unrefStream(child.stdin);
  return JSON.parse(line);
}

/** Pipes of a child process are sockets, though their types do not say so. */
function unrefStream(stream: unknown): void {
  (stream as Readable & { unref?(): void }).unref?.();
}

async function reportAbsent(absent: NonNullable<Announcement['error']>): Promise<void> {
  const reports = Object.entries(absent).map(
    ([kind, { message, install }]) =>
      `no database server for the ${kind} tests. To install one: ${install}\n` +
      `To use one that runs: set ${urlVariables[kind as ServerKind]}.\nThe reason: ${message}\n`,
  );
  if (reports.length === 0) return;
  if (process.env.CI) {
    await stopKeeper();
    throw new Error(reports.join('\n'));
  }
  process.stderr.write(
    `\n${reports.join('\n')}These tests are skipped; with CI set this is a failure.\n\n`,
  );
}
