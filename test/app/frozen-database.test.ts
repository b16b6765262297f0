// An app whose database server says nothing any more: it stops in time all the same, its process ends by itself, and
// nothing is told behind the stop.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  createDatabase,
  describeDrawnServer,
  type ServerKind,
  type TestDatabase,
} from '../support/databases.ts';
import { openSilentPath, type SilentPath } from '../support/silent-path.ts';
import { until } from '../support/until.ts';

const DIST = join(__dirname, '../../dist/src');
const SHUTDOWN_MS = 500;
/** What a stop may take beyond that, and a busy machine. */
const STOP_MS_MAX = SHUTDOWN_MS + 2000 + 2000;
/** Of a process in which nothing is left. */
const EXIT_MS_MAX = 1000;

const app = (database: string, warehouse: string) => `
  import { createApp } from ${JSON.stringify(join(DIST, 'index.js'))};
  const say = (line) => process.stdout.write(line + '\\n');
  const app = createApp({
    database: ${JSON.stringify(database)}, warehouse: ${JSON.stringify(warehouse)},
    archiver: true, discarder: true, server: { port: 0 }, workerPeriodMs: 20,
    shutdownMs: ${SHUTDOWN_MS}, databaseTimeoutMs: 20000,
    logger: { debug() {}, info() {}, warn() {}, error: (_, text) => say(text) },
  });
  const stop = async () => {
    say('stopping');
    await app.stop();
    say('stopped');
    process.stdin.destroy();
  };
  app.on('workerError', ({ worker, error }) => say(worker + ' ' + error));
  process.stdin.once('data', stop);
`;

/** At work on everything that has a connection: the pools, a step, the watch. */
const working = `
  await app.start();
  await app.subscribe({ component: 'c', onEvents: () => {} });
  await app.generator.addEvent('A');
  say('ready');
  process.stdin.prependOnceListener('data', () => {
    app.generator.addEvent('B').catch(() => {});
    app.pollEvents({ component: 'd' }).catch(() => {});
  });
`;

const starting = `
  app.start().catch(({ code }) => say('start ' + code));
  say('ready');
`;

class Process {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #saidAt = new Map<string, number>();
  readonly #exited: Promise<number>;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#exited = once(this.#child, 'exit').then(([code]) => code);
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      this.lines.push(line);
      this.#saidAt.set(line, performance.now());
      this.#child.emit('line');
      this.#child.emit(`line ${line}`);
    });
  }

  async said(line: string): Promise<number> {
    if (!this.#saidAt.has(line)) {
      await Promise.race([once(this.#child, `line ${line}`), this.#exited]);
    }
    return this.#saidAt.get(line) ?? Number.NaN;
  }

  signal(): void {
    this.#child.kill('SIGTERM');
  }

  stop(): void {
    this.#child.stdin?.write('stop\n');
  }

  /** Resolves at the first line. */
  async line(): Promise<void> {
    if (this.lines.length === 0) await once(this.#child, 'line');
  }

  /** When it had gone, in the end by our hand. */
  async gone(patienceMs: number): Promise<number> {
    const patience = setTimeout(() => this.kill(), patienceMs);
    await this.#exited;
    clearTimeout(patience);
    return performance.now();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

describeDrawnServer('a process whose database says nothing any more', (kind) => {
  let databases: TestDatabase[];
  let paths: SilentPath[];
  let own: Process | null = null;
  beforeEach(async () => {
    databases = [await createDatabase(kind), await createDatabase(kind)];
    paths = await Promise.all(databases.map((database) => openSilentPath(database.url)));
  });
  afterEach(async () => {
    own?.kill();
    await Promise.all(paths.map((path) => path.close()));
    await Promise.all(databases.map((database) => database.drop()));
  });
  const begin = (script: string) => {
    const [active, warehouse] = paths as [SilentPath, SilentPath];
    const whole = app(active.url, warehouse.url) + script;
    own = new Process(['--input-type=module', '-e', whole]);
    return own;
  };
  const silence = () => {
    for (const path of paths) path.isSilent = true;
  };
  const endsInTime = async (own: Process) => {
    const stoppingAt = await own.said('stopping');
    const stoppedAt = await own.said('stopped');
    const goneAt = await own.gone(STOP_MS_MAX);
    const [tookMs, leftMs] = [stoppedAt - stoppingAt, goneAt - stoppedAt].map(Math.round);
    console.info(`${kind as ServerKind}: stopped after ${tookMs} ms, gone ${leftMs} ms later`);
    expect(tookMs).toBeLessThan(STOP_MS_MAX);
    expect(leftMs).toBeLessThan(EXIT_MS_MAX);
  };

  it('stops in time, tells nothing behind it, and ends by itself', async () => {
    const own = begin(working);
    await own.said('ready');
    silence();
    own.stop();
    await endsInTime(own);
    expect(own.lines.at(-1)).toBe('stopped');
    expect(own.lines.join()).not.toContain('ShuttingDown');
  });

  it('ends a start in time', async () => {
    silence();
    const own = begin(starting);
    await own.said('ready');
    own.stop();
    await endsInTime(own);
    expect(own.lines).toEqual(['ready', 'stopping', 'start ShuttingDown', 'stopped']);
  });

  it.each([
    ['a node that serves', false],
    ['a node that starts', true],
  ])('ends %s by a signal in time', async (_, isSilentBefore) => {
    const [{ url }] = paths as [SilentPath];
    if (isSilentBefore) silence();
    own = new Process([join(DIST, 'app/main.js'), 'serve', '--port', '0'], {
      EVT_DATABASE_URL: url,
      EVT_SHUTDOWN_MS: String(SHUTDOWN_MS),
      EVT_DATABASE_TIMEOUT_MS: '20000',
      EVT_LOG_LEVEL: 'silent',
    });
    if (isSilentBefore) await until(() => paths[0]?.isUsed === true);
    else await own.line();
    silence();
    const startedAt = performance.now();
    own.signal();
    const tookMs = Math.round((await own.gone(STOP_MS_MAX)) - startedAt);
    console.info(`${kind}: gone after ${tookMs} ms`);
    expect(tookMs).toBeLessThan(STOP_MS_MAX);
  });

  it.each(['archive', 'discard'])('ends %s by a signal in time', async (command) => {
    const [active, warehouse] = paths as [SilentPath, SilentPath];
    own = new Process([join(DIST, 'app/main.js'), command], {
      EVT_DATABASE_URL: active.url,
      EVT_WAREHOUSE_URL: warehouse.url,
      EVT_SHUTDOWN_MS: String(SHUTDOWN_MS),
      EVT_DATABASE_TIMEOUT_MS: '20000',
      EVT_WORKER_PERIOD_MS: '20',
      EVT_LOG_LEVEL: 'silent',
    });
    await own.line();
    silence();
    const startedAt = performance.now();
    own.signal();
    const tookMs = Math.round((await own.gone(STOP_MS_MAX)) - startedAt);
    console.info(`${kind}: ${command} gone after ${tookMs} ms`);
    expect(tookMs).toBeLessThan(STOP_MS_MAX);
  });
});
