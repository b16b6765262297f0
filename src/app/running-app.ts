// An app that has started: its databases, what works on them, and what the application itself talks to.
import { randomUUID } from 'node:crypto';
import { systemClock } from '../base/clock.ts';
import { inTime } from '../base/in-time.ts';
import { type Service, startAll, stopAll } from '../base/lifecycle.ts';
import type { Settings } from '../config/load.ts';
import { ServiceError } from '../contract/errors.ts';
import { ARCHIVER_SINK } from '../relay/archiver.ts';
import type { ServerOptions } from '../server/server.ts';
import type { StreamHub } from '../server/stream-hub.ts';
import { Archive } from '../store/archive.ts';
import type { DialectOptions } from '../store/dialect.ts';
import type { DatabaseName } from '../store/opening.ts';
import type { DatabaseSource } from '../store/source.ts';
import { Store } from '../store/store.ts';
import { Warehouse } from '../store/warehouse.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type Assembly, assemble, type Node } from './assembly.ts';
import { setAwayGauges, setGauges } from './gauges.ts';
import { InProcessAppender } from './in-process/appender.ts';
import { InProcessParked } from './in-process/parked.ts';
import { InProcessReaders } from './in-process/readers.ts';
import { warnOfLaxSettings } from './lax-settings.ts';
import { type Databases, PROBE_MS, readinessOf } from './readiness.ts';
import { archivedStreams, type SinkChoice } from './sinks/sink-choice.ts';
import type { SinkWorker } from './sinks/sink-worker.ts';

/** What only code can give to an app. */
export interface AppParts {
  /** In place of the setting's URL. */
  readonly database?: DatabaseSource | undefined;
  readonly warehouse?: DatabaseSource | undefined;
  /** Where the network is served; null: nowhere. @default the settings' host and port */
  readonly listen?: ServerOptions['listen'] | null | undefined;
  /** @default none */
  readonly sinks?: readonly SinkChoice[] | undefined;
}

export interface RunningAppOptions {
  readonly settings: Settings;
  readonly parts: AppParts;
  readonly telemetry: Telemetry;
  /** Aborted when there is no more time for the databases: nothing waits for them then, and nothing stays open. */
  readonly givenUp: AbortController;
}

export type ServiceName = Settings['services'][number];

/** What the application itself talks to. */
interface Inside {
  readonly appender: InProcessAppender;
  readonly readers: InProcessReaders;
  readonly parked: InProcessParked;
}

/** Beyond the time of a stop: for what waits in the services, for farewells, and for what is cut to notice. */
const GRACE_MS = 1000;
const CLOSE_MS = 500;
const CUT_MS = 500;

export class RunningApp {
  readonly #options: RunningAppOptions;
  readonly #databases: Databases;
  readonly #services: readonly Service[];
  readonly #sinks: readonly SinkWorker[];
  readonly #onHint: (stream: string) => void;
  readonly #node: Node | null;
  readonly #inside: Inside | null;

  private constructor(
    options: RunningAppOptions,
    databases: Databases,
    { services, sinks, onHint, node }: Assembly,
  ) {
    this.#options = options;
    this.#databases = databases;
    this.#services = services;
    this.#sinks = sinks;
    this.#onHint = onHint;
    this.#node = node;
    const { telemetry } = options;
    const { databaseWaitMs } = options.settings;
    this.#inside = node && {
      appender: new InProcessAppender(node.generator),
      readers: new InProcessReaders({ delivery: node.delivery, telemetry, databaseWaitMs }),
      parked: new InProcessParked(node.delivery.parking, databaseWaitMs),
    };
  }

  /** Migrates the databases and starts everything; rejects when it cannot, having given all back. */
  static async start(options: RunningAppOptions): Promise<RunningApp> {
    const { settings, parts, telemetry } = options;
    const { host, port } = settings;
    const { listen = { host, port }, sinks = [] } = parts;
    const databases = await openDatabases(options);
    try {
      const assembly: Assembly = assemble({
        ...databases,
        settings,
        telemetry,
        node: randomUUID(),
        listen,
        sinks,
        probes: {
          readiness: () => readinessOf(databases),
          metricsText: () => running.metrics(),
        },
      });
      const running = new RunningApp(options, databases, assembly);
      await startAll(assembly.services);
      return running;
    } catch (error) {
      await giveBack(databases, options.givenUp);
      throw startFailure(databases, error);
    }
  }

  /**
   * Until `endMs` and a moment: handlers and sinks finish their batch, then everything stops in its order. What is not
   * done by then is given up, and its connections are cut.
   */
  async stop(endMs: number): Promise<void> {
    const { telemetry, givenUp } = this.#options;
    const leftMs = () => Math.max(0, endMs - systemClock.monotonicMs());
    const isFinished = await inTime(this.#finish(), leftMs());
    const stopping = stopAll(this.#services);
    let isDone = true;
    let isClosed = true;
    try {
      isDone = await inTime(stopping, leftMs() + GRACE_MS);
    } finally {
      // Those that had to wait for others: a loop that goes on would tell that its database is closed.
      if (!isDone) for (const service of this.#services) service.stop().catch(() => {});
      isClosed = await giveBack(this.#databases, givenUp);
    }
    if (!isDone) await inTime(stopping, CUT_MS).catch(() => {});
    const left = [
      ...(isFinished ? [] : ['handlers or sinks']),
      ...(isDone ? [] : ['the server or a worker']),
      ...(isClosed ? [] : ['the connections to a database']),
    ];
    if (left.length > 0) {
      telemetry.logger.error({}, `The stop took too long; given up: ${left.join(', ')}.`);
    }
  }

  /** Where it listens; null without a server. Throws where that has no such address (yet). */
  get url(): string | null {
    return this.#node?.server?.url ?? null;
  }

  /** Throws without a server, and `UnknownMethod` where that offers none. */
  get streams(): StreamHub {
    const server = this.#node?.server;
    if (!server) throw new Error('This app has no server: see its option server.');
    if (server.streams !== null) return server.streams;
    const message = 'This app does not offer streams: see its option services.';
    throw new ServiceError('UnknownMethod', { message });
  }

  /** Events of the stream may have been committed by SQL. */
  hint(stream: string): void {
    this.#onHint(stream);
  }

  /** Throws `UnknownMethod` when the app offers none of these services. */
  inside(...services: readonly ServiceName[]): Inside {
    const { settings } = this.#options;
    const isOffered = services.some((service) => settings.services.includes(service));
    if (this.#inside === null || !isOffered) {
      const message = `This app does not offer ${services.join(' or ')}: see its option services.`;
      throw new ServiceError('UnknownMethod', { message });
    }
    return this.#inside;
  }

  /** As Prometheus text. */
  async metrics(): Promise<{ contentType: string; text: string }> {
    const { settings, telemetry } = this.#options;
    const { metrics } = telemetry;
    const { streams, staleMs } = settings;
    this.#node?.generator.setGauges();
    // While the database is away, what was counted is wanted most.
    const gauges = setGauges(this.#databases.store, streams, staleMs, metrics);
    await inTime(gauges, PROBE_MS).catch(() => {});
    setAwayGauges(this.#databases, metrics);
    const { registry } = metrics;
    return { contentType: registry.contentType, text: await registry.metrics() };
  }

  async #finish(): Promise<void> {
    const sinks = this.#sinks.map((sink) => sink.finish());
    await Promise.all([this.#inside?.readers.finish(), ...sinks]);
  }
}

/** What the databases are opened with. */
export function databaseOptions(settings: Settings, database: DatabaseSource): DialectOptions {
  return { database, poolMax: settings.databasePoolMax, timeoutMs: settings.databaseTimeoutMs };
}

async function openDatabases({ settings, parts, telemetry, givenUp }: RunningAppOptions) {
  const { streams, readArchive, databaseUrl, warehouseUrl } = settings;
  const archived = archivedStreams(settings, parts.sinks ?? []);
  const { database = databaseUrl, warehouse: history = warehouseUrl } = parts;
  const { logger, metrics } = telemetry;
  const open = (name: DatabaseName, source: DatabaseSource) => ({
    ...databaseOptions(settings, source),
    givenUp: givenUp.signal,
    onMoved: (host: string) => {
      metrics.databaseMoves.inc({ database: name });
      logger.warn({ database: name, host }, 'Another server of the database is connected to now.');
    },
  });
  const store = await Store.open(open('active', database));
  let warehouse: Warehouse | null = null;
  try {
    await store.migrate(streams);
    await warnOfLaxSettings(store, 'active', logger);
    if (archived.length > 0 || readArchive) {
      warehouse = await Warehouse.open(open('warehouse', history));
      await warehouse.migrate(streams);
      await warnOfLaxSettings(warehouse, 'warehouse', logger);
      store.readThrough(new Archive(warehouse, ARCHIVER_SINK));
    }
    // Before any discarder takes its first look.
    for (const stream of archived) await store.requireArchive(stream);
    return { store, warehouse };
  } catch (error) {
    await giveBack({ store, warehouse }, givenUp);
    throw startFailure({ store, warehouse }, error);
  }
}

/** Whichever database it was. */
function startFailure({ store, warehouse }: Databases, error: unknown): unknown {
  return store.startFailure(warehouse?.startFailure(error) ?? error);
}

/** Closes them; what does not answer is cut. False when something was. */
async function giveBack(
  { store, warehouse }: Databases,
  givenUp: AbortController,
): Promise<boolean> {
  const closing = Promise.allSettled([warehouse?.close(), store.close()]);
  const isClosed = await inTime(closing, CLOSE_MS);
  // Also behind a close that has failed.
  givenUp.abort();
  if (!isClosed) await inTime(closing, CUT_MS);
  return isClosed;
}
