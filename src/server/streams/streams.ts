// The streams over HTTP of a node, put together: the kinds of the service and those of the application, who is
// connected to them, and what tells the application's of changes.
import type { Service } from '../../base/lifecycle.ts';
import type { Delivery } from '../../delivery/delivery.ts';
import type { StateView } from '../../state/state-view.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Guard } from '../auth/guard.ts';
import type { KeyRing } from '../auth/key-ring.ts';
import type { HttpDoor } from '../http-door.ts';
import { registeredProviders, requireProvider } from '../stream-kinds.ts';
import { EventsProvider } from './events-provider.ts';
import { Hub, type HubOptions } from './hub.ts';
import { NodeStreamHub } from './node-hub.ts';
import { OwnProvider } from './own-provider.ts';
import { PingProvider } from './ping-provider.ts';
import { StateDoor } from './state-door.ts';
import { StateNews } from './state-news.ts';
import { StateProvider } from './state-provider.ts';
import { stateSourceOf } from './state-source.ts';
import { StreamsDoor, type StreamsDoorOptions } from './streams-door.ts';

/** The settings of them, by their names. */
export interface StreamSettings {
  readonly streams: readonly string[];
  readonly batchMax: number;
  readonly sseCheckpointMs: number;
  readonly stateInvalidate: readonly string[];
  readonly pingWindowMs: number;
}

export interface StreamsOptions {
  readonly guard: Guard;
  readonly keys: KeyRing | null;
  readonly delivery: Delivery;
  /** By stream. */
  readonly states: ReadonlyMap<string, StateView>;
  readonly settings: StreamSettings & HubOptions['limits'] & StreamsDoorOptions['limits'];
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export class Streams implements Service {
  /** `/streams/`. */
  readonly door: HttpDoor;
  /** `/state`. */
  readonly stateDoor: HttpDoor;
  /** What the application may do with them. */
  readonly hub: NodeStreamHub;
  readonly #options: StreamsOptions;
  readonly #clients: Hub;
  readonly #own: readonly OwnProvider[];
  #news: StateNews[] = [];

  constructor(options: StreamsOptions) {
    const { guard, keys, delivery, states: views, settings, metrics, logger } = options;
    const onReset = (reason: string) => metrics.sseResets.inc({ reason });
    const onResume = (kind: string) => () => metrics.sseResumes.inc({ kind });
    const shared = { ...settings, delivery, views, onReset, logger };
    const ping = new PingProvider(shared);
    this.#options = options;
    this.#own = ownProviders(options);
    this.#clients = new Hub({ guard, metrics, limits: settings });
    this.hub = new NodeStreamHub({ hub: this.#clients, keys, own: this.#own, ping });
    this.door = new StreamsDoor({
      ...{ guard, metrics, logger },
      hub: this.#clients,
      providers: [
        new EventsProvider({ ...shared, onResume: onResume('events') }),
        new StateProvider({ ...shared, onResume: onResume('state') }),
        ping,
        ...this.#own,
      ],
      limits: settings,
    });
    this.stateDoor = new StateDoor({ guard, views });
  }

  /** Before anybody is let in. Makes the providers of the application's own; throws what their factories throw. */
  async start(): Promise<void> {
    for (const own of this.#own) own.start();
    this.#clients.start();
    const { delivery, states, settings } = this.#options;
    if (this.#own.length === 0) return;
    this.#news = settings.streams.map((stream) => {
      const view = states.get(stream) ?? null;
      const { batchMax, stateInvalidate: invalidating } = settings;
      const publish = {
        publishAll: (of: string) => this.hub.tellAll(of),
        publishItem: this.hub.tellItem.bind(this.hub),
        invalidate: (of: string) => this.hub.tellInvalidated(of),
      };
      return new StateNews({ delivery, stream, view, invalidating, batchMax, publish });
    });
    await Promise.all(this.#news.map((news) => news.start()));
  }

  /** Connections end with their calls. */
  async stop(): Promise<void> {
    this.#clients.stop();
    for (const news of this.#news) news.stop();
    await this.hub.close();
  }
}

function ownProviders({ states, settings, logger }: StreamsOptions): OwnProvider[] {
  const context = {
    stateSource: stateSourceOf(states),
    heartbeatMs: settings.sseHeartbeatMs,
    maxConnectionMs: settings.sseConnectionMs,
    logger,
  };
  return [...registeredProviders()].map(
    ([kind, factory]) =>
      new OwnProvider({ kind, make: () => requireProvider(kind, factory(context)), logger }),
  );
}
