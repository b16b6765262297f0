// The service inside a process: from its databases to its doors, and what the embedding application may do with it.
import { randomUUID } from 'node:crypto';
import { type Service, startAll, stopAll } from '../base/lifecycle.ts';
import type { ReceivedBatch } from '../client/public.ts';
import type { Settings } from '../config/load.ts';
import { ServiceError } from '../contract/errors.ts';
import type { From } from '../contract/generated/types.ts';
import { Hints } from '../generator/hints.ts';
import type { ServerOptions } from '../server/server.ts';
import type { DatabaseSource } from '../store/source.ts';
import { Store } from '../store/store.ts';
import { Warehouse } from '../store/warehouse.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NoticeListener, NoticeName } from '../telemetry/notices.ts';
import { createTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { type Assembly, assemble, type Node } from './assembly.ts';
import { setGauges } from './gauges.ts';
import { InProcessAppender } from './in-process/appender.ts';
import { InProcessReaders } from './in-process/readers.ts';
import type {
  ConsumerFacts,
  InProcessSubscription,
  PollOptions,
  SubscribeOptions,
  Unregistered,
  UnregisterOptions,
} from './in-process/reading.ts';
import { inTime } from './in-time.ts';
import { warnOfLaxSettings } from './lax-settings.ts';
import type { SinkChoice } from './sinks/sink-choice.ts';
import type { SinkWorker } from './sinks/sink-worker.ts';

/** @internal What only code can give to an app. */
export interface AppParts {
  /** In place of the setting's URL. */
  readonly database?: DatabaseSource | undefined;
  readonly warehouse?: DatabaseSource | undefined;
  /** Where the network is served; null: nowhere. @default the settings' host and port */
  readonly listen?: ServerOptions['listen'] | null | undefined;
  /** @default none */
  readonly sinks?: readonly SinkChoice[] | undefined;
}

type ServiceName = Settings['services'][number];

interface Opened {
  readonly store: Store;
  readonly warehouse: Warehouse | null;
}

/** What the application itself talks to. */
interface Inside {
  readonly appender: InProcessAppender;
  readonly readers: InProcessReaders;
}

interface Running extends Opened {
  readonly services: readonly Service[];
  readonly sinks: readonly SinkWorker[];
  readonly node: Node | null;
  readonly inside: Inside | null;
}

/** Which stream is meant. */
export interface StreamChoice {
  /** Its name, one of the setting `streams`. @default 'main' */
  readonly stream?: string | undefined;
}

const PROBE_MS = 2000;
const GRACE_MS = 1000;

/**
 * The service inside this process, as `createApp` makes it: it adds events, hands them to readers of this process, and
 * where it is told to, serves the network, archives and discards. Methods that need it running throw or reject with
 * `ServiceError` `ShuttingDown` before its start and after its stop.
 */
export class App implements Service {
  readonly #settings: Settings;
  readonly #telemetry: Telemetry;
  readonly #parts: AppParts;
  readonly #nodeName = randomUUID();
  /** For `addEvent(tx, type, data, { hints: app.hints })`: the app then looks as soon as the transaction is over. */
  readonly hints = new Hints(async (stream) => this.#running?.node?.onHint(stream));
  #running: Running | null = null;

  /** @internal `createApp` makes it; what it is made of would bring types with it that no application needs. */
  constructor(settings: Settings, logger: Logger, parts: AppParts = {}) {
    this.#settings = settings;
    this.#telemetry = createTelemetry(logger);
    this.#parts = parts;
  }

  /**
   * Where it listens, as `http://127.0.0.1:8080`.
   *
   * @throws Error when it has no server, or that has no such address (yet)
   */
  get url(): string {
    const server = this.#require().node?.server;
    if (!server) throw new Error('This app has no server: see its option server.');
    return server.url;
  }

  /**
   * Adds events that belong to no transaction; for those that do see `addEvent` of `aftercommit/generator`.
   *
   * @throws ServiceError `UnknownMethod` when the setting `services` is without `generator`
   */
  get generator(): InProcessAppender {
    return this.#inside('generator').appender;
  }

  /**
   * Migrates the databases and resolves when everything works; rejects when it cannot, having given all back.
   *
   * @throws Error when it has been started already; else what a database or the address has against it
   */
  async start(): Promise<void> {
    if (this.#running !== null) throw new Error('The app has been started already.');
    const opened = await this.#open();
    const { host, port } = this.#settings;
    const { listen } = this.#parts;
    try {
      const assembled: Assembly = assemble({
        ...opened,
        settings: this.#settings,
        telemetry: this.#telemetry,
        node: this.#nodeName,
        listen: listen === undefined ? { host, port } : listen,
        sinks: this.#parts.sinks ?? [],
        probes: {
          problems: () => problemsOf(opened.store),
          metricsText: () => this.#metricsOf({ ...opened, node: assembled.node }),
        },
      });
      const { services, sinks, node } = assembled;
      await startAll(services);
      const inside = node && this.#insideOf(node);
      this.#running = { ...opened, services, sinks, node, inside };
    } catch (error) {
      await close(opened);
      throw error;
    }
    this.#telemetry.notices.give('ready', { url: urlOf(this.#running.node) });
  }

  /**
   * Finishes what was taken, lets handlers and sinks finish their batch, tells sockets to go, and gives everything
   * back, within `shutdownMs` and a moment: a sink's write is then aborted, and what a database that is away still owes
   * is given up.
   */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    const { metrics, logger } = this.#telemetry;
    metrics.ready.set(0);
    const { shutdownMs } = this.#settings;
    const isFinished = await inTime(finish(running), shutdownMs);
    const isDone = await inTime(stopAll(running.services), shutdownMs + GRACE_MS);
    const isClosed = await inTime(close(running), GRACE_MS);
    if (!isFinished || !isDone || !isClosed)
      logger.error({}, 'The stop took too long; what was left was given up.');
  }

  /** Calls the listener at every such notice, from now on; may be called before the start. Gives the app. */
  on<N extends NoticeName>(name: N, listener: NoticeListener<N>): this {
    this.#telemetry.notices.on(name, listener);
    return this;
  }

  /** Calls the listener at the next such notice only. Gives the app. */
  once<N extends NoticeName>(name: N, listener: NoticeListener<N>): this {
    this.#telemetry.notices.once(name, listener);
    return this;
  }

  /** Calls the listener no more, whether `on` or `once` took it. Gives the app. */
  off<N extends NoticeName>(name: N, listener: NoticeListener<N>): this {
    this.#telemetry.notices.off(name, listener);
    return this;
  }

  /**
   * Registers a consumer of the application's own: from now on nothing is discarded before it has acknowledged it.
   * Again changes nothing.
   *
   * @param component the consumer's name among those of this application: `^[A-Za-z0-9_]{1,64}$`, not LIVE
   * @param options which stream, and in `from` where it begins (default: with the oldest event)
   * @throws ServiceError `InvalidRequest`, `LiveNotAllowed`, `StreamNotFound`, `CursorAhead`, `CursorTooOld`,
   * `StoreUnavailable`; `UnknownMethod` when the setting `services` has neither `poll` nor `push`
   * @see FTN18, registerConsumer
   */
  async registerConsumer(
    component: string,
    { stream = 'main', from }: StreamChoice & { readonly from?: From | undefined } = {},
  ): Promise<void> {
    return this.#inside('poll', 'push').readers.register(component, stream, from);
  }

  /**
   * Forgets a consumer, or only says what that would do: nothing is kept for it any more. Rejects with `NotRegistered`
   * when there is none.
   */
  async unregisterConsumer(
    component: string,
    options: UnregisterOptions = {},
  ): Promise<Unregistered> {
    return this.#inside('poll', 'push').readers.unregister(component, options);
  }

  /** Everybody's consumers of the stream, with how far they are. */
  async listConsumers({ stream = 'main' }: StreamChoice = {}): Promise<ConsumerFacts[]> {
    return this.#inside('poll', 'push').readers.list(stream);
  }

  /**
   * Gives what follows `lastId`, and acknowledges everything up to it. Without events the batch says how far the reader
   * is.
   *
   * @throws ServiceError `InvalidRequest`, `NotRegistered`, `StreamNotFound`, `CursorAhead`, `CursorTooOld`,
   * `HistoryForked`, `StoreUnavailable`; `UnknownMethod` when the setting `services` is without `poll`
   * @see FTN18, pollEvents
   */
  async pollEvents(options: PollOptions = {}): Promise<ReceivedBatch> {
    return this.#inside('poll').readers.poll(options);
  }

  /**
   * Hands events to a function of this process, registering its component when it is new. Resolves when it is attached.
   *
   * @throws ServiceError as `registerConsumer`; `UnknownMethod` when the setting `services` is without `push`
   * @see FTN18, readyToReceive
   */
  async subscribe(options: SubscribeOptions): Promise<InProcessSubscription> {
    return this.#inside('push').readers.subscribe(options);
  }

  /** Gives the metrics of docs/metrics.md as Prometheus text, with its content type. */
  async metrics(): Promise<{ contentType: string; text: string }> {
    return this.#metricsOf(this.#require());
  }

  async #metricsOf({ store, node }: Pick<Running, 'store' | 'node'>) {
    const { metrics } = this.#telemetry;
    const { streams, staleMs } = this.#settings;
    node?.generator.setGauges();
    // While the database is away, what was counted is wanted most.
    await inTime(setGauges(store, streams, staleMs, metrics), PROBE_MS).catch(() => {});
    const { registry } = metrics;
    return { contentType: registry.contentType, text: await registry.metrics() };
  }

  async #open(): Promise<Opened> {
    const settings = this.#settings;
    const { streams, archiver } = settings;
    const { logger } = this.#telemetry;
    const { database = settings.databaseUrl, warehouse: history = settings.warehouseUrl } =
      this.#parts;
    const store = await Store.open(databaseOptions(settings, database));
    let warehouse: Warehouse | null = null;
    try {
      await store.migrate(streams);
      await warnOfLaxSettings(store, 'active', logger);
      if (archiver) {
        warehouse = await Warehouse.open(databaseOptions(settings, history));
        await warehouse.migrate(streams);
        await warnOfLaxSettings(warehouse, 'warehouse', logger);
        // Before any discarder takes its first look.
        for (const stream of streams) await store.requireArchive(stream);
      }
      return { store, warehouse };
    } catch (error) {
      await close({ store, warehouse });
      throw error;
    }
  }

  #require(): Running {
    if (this.#running === null) throw new ServiceError('ShuttingDown', { message: NOT_STARTED });
    return this.#running;
  }

  #insideOf({ generator, delivery }: Node): Inside {
    const readers = new InProcessReaders(delivery, this.#telemetry);
    return { appender: new InProcessAppender(generator), readers };
  }

  /** Throws `UnknownMethod` when the app offers none of these services. */
  #inside(...services: readonly ServiceName[]): Inside {
    const { inside } = this.#require();
    const isOffered = services.some((service) => this.#settings.services.includes(service));
    if (inside === null || !isOffered) {
      const message = `This app does not offer ${services.join(' or ')}: see its option services.`;
      throw new ServiceError('UnknownMethod', { message });
    }
    return inside;
  }
}

const NOT_STARTED = 'The app is not running: await its start first.';

/** null where there is none: without a server, on a unix socket, and on a server that does not listen yet. */
function urlOf(node: Node | null): string | null {
  try {
    return node?.server?.url ?? null;
  } catch {
    return null;
  }
}

/** What the databases are opened with. */
export function databaseOptions(settings: Settings, database: DatabaseSource) {
  return { database, poolMax: settings.databasePoolMax, timeoutMs: settings.databaseTimeoutMs };
}

async function finish({ inside, sinks }: Running): Promise<void> {
  await Promise.all([inside?.readers.finish(), ...sinks.map((sink) => sink.finish())]);
}

async function close({ store, warehouse }: Opened): Promise<void> {
  await warehouse?.close();
  await store.close();
}

async function problemsOf(store: Store): Promise<Record<string, string>> {
  const answered = store.ping().catch(() => {
    throw new Error('it cannot be reached');
  });
  try {
    return (await inTime(answered, PROBE_MS)) ? {} : { database: 'it does not answer' };
  } catch (error) {
    return { database: (error as Error).message };
  }
}
