// The only place that makes services, and the order in which they live.
import type { Service } from '../base/lifecycle.ts';
import { ConfigError, type Settings } from '../config/load.ts';
import { Delivery } from '../delivery/delivery.ts';
import { Feed } from '../feed/feed.ts';
import { Generator } from '../generator/generator.ts';
import { Sequencer } from '../generator/sequencer.ts';
import { Archiver, archiverSource } from '../relay/archiver.ts';
import { Projector } from '../relay/projector.ts';
import { Discarder } from '../retention/discarder.ts';
import { KeyExpiry } from '../retention/key-expiry.ts';
import { StaleConsumers } from '../retention/stale-consumers.ts';
import { Server, type ServerOptions } from '../server/server.ts';
import { stateKinds, stateProblems } from '../state/kinds.ts';
import { Projection } from '../state/projection.ts';
import { StateView } from '../state/state-view.ts';
import type { Store } from '../store/store.ts';
import type { Warehouse } from '../store/warehouse.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { CopyService } from './copying/copy-service.ts';
import { credentialsInForce } from './credentials-path.ts';
import { archivedStreams, isArchive, type SinkChoice } from './sinks/sink-choice.ts';
import { SinkWorker } from './sinks/sink-worker.ts';
import { WakeUps } from './wake-ups.ts';

export interface Parts {
  readonly settings: Settings;
  readonly store: Store;
  /** null: nothing is archived here, and no archive is read. */
  readonly warehouse: Warehouse | null;
  readonly telemetry: Telemetry;
  /** This process, where others must know it. */
  readonly node: string;
  /** Where the network is served; null: nowhere. */
  readonly listen: ServerOptions['listen'] | null;
  /** Of the application's own. */
  readonly sinks: readonly SinkChoice[];
  readonly probes: Pick<ServerOptions, 'readiness' | 'metricsText'>;
}

export interface Assembly {
  /** In the order of starting; the doors to the network open last and close first. */
  readonly services: readonly Service[];
  /** Those of the services that write to the application's sinks. */
  readonly sinks: readonly SinkWorker[];
  /** Events of the stream may have been committed by SQL. */
  readonly onHint: (stream: string) => void;
  /** What the application and the network talk to; null where only workers run. */
  readonly node: Node | null;
}

export interface Node {
  readonly generator: Generator;
  readonly delivery: Delivery;
  readonly server: Server | null;
}

/** Throws `ConfigError` for a state that cannot be kept. */
export function assemble(parts: Parts): Assembly {
  const { settings, store, telemetry, listen } = parts;
  const problems = stateProblems(settings);
  if (problems.length > 0) throw new ConfigError(problems);
  const sinks = sinksOf(parts);
  const workers = workersOf(parts, sinks);
  const offersNothing = settings.services.length === 0 && listen === null;
  if (!offersNothing) return assembleNode(parts, workers, sinks);
  // What they are to carry has to get its place in the order first, and nobody else may be there.
  const sequencers = sequencersOf(parts, (stream) => wakeUps.onGrown(stream));
  const loops = { feeds: new Map<string, never>(), sequencers, relays: sinks };
  const wakeUps = new WakeUps({ store, ...telemetry, ...loops, isWatching: settings.watch });
  const services = [...sequencers.values(), wakeUps, ...workers];
  return { services, sinks, onHint: (stream) => wakeUps.onHint(stream), node: null };
}

function assembleNode(
  parts: Parts,
  workers: readonly Service[],
  sinks: readonly SinkWorker[],
): Assembly {
  const { settings, store, telemetry, node } = parts;
  const { streams } = settings;
  const shared = { store, ...telemetry };
  const limits = settings;
  const onGrown = (stream: string) => wakeUps.onGrown(stream);
  const onHint = (stream: string) => wakeUps.onHint(stream);

  const feeds = eachStream(
    streams,
    (stream) => new Feed({ ...shared, stream, pace: settings, limits }),
  );
  const sequencers = sequencersOf(parts, onGrown);
  const { projectors, states } = statesOf(parts, feeds);
  const loops = { feeds, sequencers, relays: [...sinks, ...projectors] };
  const wakeUps = new WakeUps({ ...shared, ...loops, isWatching: settings.watch });
  const generator = new Generator({ ...shared, streams, onAppended: onGrown, limits });
  const delivery = new Delivery({ ...shared, feeds, node, limits });
  const stale = new StaleConsumers({ ...shared, streams, staleMs: settings.staleMs });
  const expiry = new KeyExpiry({ ...shared, retainMs: settings.keyRetainMs });
  const copies = new CopyService({ ...parts, ...shared, telemetry });
  const doors = { generator, delivery, copies, onHint };
  const server = parts.listen === null ? null : serverOf(parts, parts.listen, doors, states);
  return {
    services: [
      ...feeds.values(),
      ...sequencers.values(),
      wakeUps,
      generator,
      delivery,
      stale,
      expiry,
      copies,
      ...projectors,
      ...workers,
      ...(server === null ? [] : [server]),
    ],
    sinks,
    onHint,
    node: { generator, delivery, server },
  };
}

function sequencersOf(
  { settings, store, telemetry }: Parts,
  onMoved: (stream: string) => void,
): Map<string, Sequencer> {
  return eachStream(
    store.hasSteps ? settings.streams : [],
    (stream) => new Sequencer({ store, ...telemetry, stream, pace: settings, onMoved }),
  );
}

function serverOf(
  { settings, telemetry, probes }: Parts,
  listen: ServerOptions['listen'],
  services: Pick<ServerOptions['services'], 'generator' | 'delivery' | 'copies' | 'onHint'>,
  states: ReadonlyMap<string, StateView>,
): Server {
  const { metrics, logger } = telemetry;
  return new Server({
    ...settings,
    ...probes,
    streams: settings,
    states,
    listen,
    credentials: credentialsInForce(settings),
    services: { ...settings, ...services, metrics },
    offered: settings.services,
    metrics,
    logger,
  });
}

/** What is kept of the events, and how it is read; only where somebody may ask for it. */
function statesOf(
  { settings, store, telemetry, node }: Parts,
  feeds: ReadonlyMap<string, Feed>,
): { projectors: Projector[]; states: Map<string, StateView> } {
  const { streams, services, stateTombstoneMs: tombstoneMs } = settings;
  const kinds = stateKinds(settings.stateKinds);
  const shared = { store, ...telemetry };
  const projections = streams
    .filter(
      (stream) => services.includes('streams') && kinds.some((kind) => kind.stream === stream),
    )
    .map(
      (stream) =>
        new Projection(
          stream,
          kinds.filter((kind) => kind.stream === stream),
        ),
    );
  return {
    projectors: projections.map(
      (projection) => new Projector({ ...shared, projection, node, pace: settings, tombstoneMs }),
    ),
    states: new Map(
      projections.map((projection) => {
        const feed = feeds.get(projection.stream) as Feed;
        return [projection.stream, new StateView({ ...shared, feed, projection })];
      }),
    ),
  };
}

function sinksOf({ sinks, settings, store, telemetry, node }: Parts): SinkWorker[] {
  const { checkpointMs } = settings;
  const shared = { store, node, pace: settings, checkpointMs, telemetry };
  const relayed = sinks.filter((choice) => !isArchive(choice));
  return relayed.map((choice) => new SinkWorker({ ...shared, choice }));
}

/** What holds discarding back stands before the discarders: it is registered before they take their first look. */
function workersOf(parts: Parts, sinks: readonly SinkWorker[]): Service[] {
  const { settings, store, warehouse, telemetry, node } = parts;
  const { streams, discarder, workerPeriodMs: periodMs } = settings;
  const shared = { store, periodMs, ...telemetry };
  const archivers =
    warehouse === null
      ? []
      : archivedStreams(settings, parts.sinks).map((stream) => {
          const source = archiverSource({ ...shared, stream, node });
          return new Archiver({ ...shared, source, warehouse });
        });
  const limits = { ...settings, limit: settings.discardLimit };
  const discarders = discarder
    ? streams.map((stream) => new Discarder({ ...limits, ...shared, stream }))
    : [];
  return [...archivers, ...sinks, ...discarders];
}

function eachStream<T>(streams: readonly string[], make: (stream: string) => T): Map<string, T> {
  return new Map(streams.map((stream) => [stream, make(stream)]));
}
