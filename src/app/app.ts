// Puts the service together: the only place that makes services, and the order in which they live.
import { randomUUID } from 'node:crypto';
import { systemClock } from '../base/clock.ts';
import { type Service, startAll, stopAll } from '../base/lifecycle.ts';
import type { Settings } from '../config/load.ts';
import { Delivery } from '../delivery/delivery.ts';
import { Feed } from '../feed/feed.ts';
import { Generator } from '../generator/generator.ts';
import { Sequencer } from '../generator/sequencer.ts';
import { Archiver } from '../relay/archiver.ts';
import { Discarder } from '../retention/discarder.ts';
import { KeyExpiry } from '../retention/key-expiry.ts';
import { StaleConsumers } from '../retention/stale-consumers.ts';
import { Server } from '../server/server.ts';
import { Store } from '../store/store.ts';
import { Warehouse } from '../store/warehouse.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { credentialsInForce } from './credentials-path.ts';
import { setGauges } from './gauges.ts';
import { warnOfLaxSettings } from './lax-settings.ts';
import { WakeUps } from './wake-ups.ts';

const PROBE_MS = 2000;
const GRACE_MS = 1000;

/** A running node; `start` migrates and resolves when it serves. */
export class App implements Service {
  readonly #settings: Settings;
  readonly #logger: Logger;
  readonly #metrics: Metrics = createMetrics();
  readonly #node = randomUUID();
  #store: Store | null = null;
  #warehouse: Warehouse | null = null;
  #server: Server | null = null;
  #services: Service[] = [];

  constructor(settings: Settings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
  }

  /** Where it listens. */
  get url(): string {
    if (this.#server === null) throw new Error('The app has not been started.');
    return this.#server.url;
  }

  async start(): Promise<void> {
    const { streams, archiver } = this.#settings;
    try {
      this.#store = await Store.open(databaseOptions(this.#settings, this.#settings.databaseUrl));
      await this.#store.migrate(streams);
      await warnOfLaxSettings(this.#store, 'active', this.#logger);
      if (archiver) {
        this.#warehouse = await Warehouse.open(
          databaseOptions(this.#settings, this.#settings.warehouseUrl),
        );
        await this.#warehouse.migrate(streams);
        await warnOfLaxSettings(this.#warehouse, 'warehouse', this.#logger);
        // Before any discarder takes its first look.
        for (const stream of streams) await this.#store.requireArchive(stream);
      }
      const services = this.#assemble(this.#store);
      await startAll(services);
      this.#services = services;
    } catch (error) {
      await this.#closeDatabases();
      throw error;
    }
  }

  /**
   * Finishes what was taken, tells sockets to go, and gives everything back, within `shutdownMs` and a moment: what a
   * database that is away still owes by then is given up.
   */
  async stop(): Promise<void> {
    const services = this.#services;
    this.#services = [];
    const { shutdownMs } = this.#settings;
    const isDone = await inTime(stopAll(services), shutdownMs + GRACE_MS);
    const isClosed = await inTime(this.#closeDatabases(), GRACE_MS);
    if (!isDone || !isClosed)
      this.#logger.error({}, 'The stop took too long; what was left was given up.');
  }

  /** In the order of starting; the doors to the network open last and close first. */
  #assemble(store: Store): Service[] {
    const settings = this.#settings;
    const shared = { store, metrics: this.#metrics, logger: this.#logger };
    const feeds = new Map(
      settings.streams.map((stream) => [
        stream,
        new Feed({ ...shared, stream, pace: settings, limits: settings }),
      ]),
    );
    const onGrown = (stream: string) => wakeUps.onGrown(stream);
    const sequencers = new Map(
      (store.hasSteps ? settings.streams : []).map((stream) => [
        stream,
        new Sequencer({ ...shared, stream, pace: settings, onMoved: onGrown }),
      ]),
    );
    const wakeUps = new WakeUps({
      ...shared,
      feeds,
      sequencers,
      isWatching: settings.watch,
    });
    const generator = new Generator({
      ...shared,
      streams: settings.streams,
      onAppended: onGrown,
      limits: settings,
    });
    const delivery = new Delivery({ ...shared, feeds, node: this.#node, limits: settings });
    const stale = new StaleConsumers({
      ...shared,
      streams: settings.streams,
      staleMs: settings.staleMs,
    });
    const expiry = new KeyExpiry({ ...shared, retainMs: settings.keyRetainMs });
    this.#server = new Server({
      ...settings,
      listen: { host: settings.host, port: settings.port },
      credentials: credentialsInForce(settings),
      services: {
        ...settings,
        generator,
        delivery,
        onHint: (stream: string) => wakeUps.onHint(stream),
        metrics: this.#metrics,
      },
      offered: settings.services,
      problems: () => this.#problems(store),
      metricsText: () => {
        generator.setGauges();
        return this.#metricsText(store);
      },
      metrics: this.#metrics,
      logger: this.#logger,
    });
    return [
      ...feeds.values(),
      ...sequencers.values(),
      wakeUps,
      generator,
      delivery,
      stale,
      expiry,
      ...this.#workers(store),
      this.#server,
    ];
  }

  #workers(store: Store): Service[] {
    const { streams, discarder, discardLimit, workerPeriodMs } = this.#settings;
    const shared = {
      store,
      periodMs: workerPeriodMs,
      metrics: this.#metrics,
      logger: this.#logger,
    };
    const warehouse = this.#warehouse;
    const archivers =
      warehouse === null
        ? []
        : streams.map((stream) => new Archiver({ ...shared, stream, warehouse, node: this.#node }));
    const discarders = discarder
      ? streams.map((stream) => new Discarder({ ...shared, stream, limit: discardLimit }))
      : [];
    return [...archivers, ...discarders];
  }

  async #problems(store: Store): Promise<Record<string, string>> {
    const answered = store.ping().catch(() => {
      throw new Error('it cannot be reached');
    });
    try {
      return (await inTime(answered, PROBE_MS)) ? {} : { database: 'it does not answer' };
    } catch (error) {
      return { database: (error as Error).message };
    }
  }

  async #metricsText(store: Store): Promise<{ contentType: string; text: string }> {
    const { streams, staleMs } = this.#settings;
    // While the database is away, what was counted is wanted most.
    await inTime(setGauges(store, streams, staleMs, this.#metrics), PROBE_MS).catch(() => {});
    const { registry } = this.#metrics;
    return { contentType: registry.contentType, text: await registry.metrics() };
  }

  async #closeDatabases(): Promise<void> {
    await this.#warehouse?.close();
    await this.#store?.close();
    this.#warehouse = null;
    this.#store = null;
  }
}

export function databaseOptions(settings: Settings, url: string) {
  return { url, poolMax: settings.databasePoolMax, timeoutMs: settings.databaseTimeoutMs };
}

/** True when the work has ended within `ms`; false when it goes on without anybody waiting for it. */
async function inTime(work: Promise<unknown>, ms: number): Promise<boolean> {
  const patience = new AbortController();
  const late = systemClock.sleep(ms, patience.signal).then(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    patience.abort();
    work.catch(() => {});
  }
}
