// Makes the state of one stream out of its events: the relay whose sink is the state, under the reserved consumer
// STATE. One node of all is at work (lease); what was removed long ago it forgets.
import type { Service } from '../base/lifecycle.ts';
import { Loop } from '../base/loop.ts';
import type { PaceLimits } from '../base/pace.ts';
import { STATE } from '../contract/consumer.ts';
import type { EventRow } from '../contract/event.ts';
import { EVENTS_MAX } from '../contract/limits.ts';
import { wantFilter } from '../feed/cut.ts';
import type { Projection } from '../state/projection.ts';
import type { Store } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { Relay } from './relay.ts';
import { StateSink } from './sinks/state-sink.ts';
import { StoreSource } from './store-source.ts';

export interface ProjectorOptions extends Telemetry {
  readonly store: Store;
  readonly projection: Projection;
  /** This process, in evt_consumers.lease_node. */
  readonly node: string;
  readonly pace: PaceLimits;
  /** How long it is kept that an item was removed, in milliseconds. */
  readonly tombstoneMs: number;
}

const BACKOFF = { firstMs: 200, maxMs: 10_000 };
/** Between two looks for what was removed long ago. */
const PURGE_MS = 60_000;
/** Events that change nothing move the state too, so that it is as far as the stream. */
const CHECKPOINT_MS = 200;

export class Projector implements Service {
  readonly #options: ProjectorOptions;
  readonly #relay: Relay;
  readonly #purge: Loop;

  constructor(options: ProjectorOptions) {
    const { store, projection, node, pace, notices, logger } = options;
    const { stream } = projection;
    this.#options = options;
    this.#relay = new Relay({
      source: new StoreSource({
        ...{ store, stream, node, ident: STATE },
        register: () => this.#register(),
        onInvalid: () => {},
      }),
      sink: new StateSink({ store, projection, onUnclear: (event) => this.#unclear(event) }),
      filter: wantFilter(projection.typesOf(projection.kinds)),
      batchMax: EVENTS_MAX,
      checkpointMs: CHECKPOINT_MS,
      pace,
      backoff: BACKOFF,
      onGap: ({ after, earliest }) =>
        logger.error({ stream, after, earliest }, 'The state lacks what these events said.'),
      onError: (error, attempt) => {
        notices.give('workerError', { worker: 'state', stream, error });
        logger.error({ error, stream, attempt }, 'The state could not be brought up to date.');
      },
    });
    this.#purge = new Loop({
      backoff: BACKOFF,
      step: () => this.#purgeRemoved(),
      onError: (error) => logger.warn({ error, stream }, 'Removed items could not be forgotten.'),
    });
  }

  get stream(): string {
    return this.#options.projection.stream;
  }

  /** Something may have been committed. */
  hint(): void {
    this.#relay.hint();
  }

  async start(): Promise<void> {
    await this.#relay.start();
    await this.#purge.start();
  }

  async stop(): Promise<void> {
    await this.#purge.stop();
    await this.#relay.stop();
  }

  /**
   * A new configuration reads everything again, so that from then on nothing of it may be discarded before. It waits
   * until no node with another one is at work: two would undo each other's work for ever.
   */
  async #register(): Promise<'done' | 'not-now'> {
    const { store, projection } = this.#options;
    const { stream, config } = projection;
    const facts = await store.states.find(stream);
    if (facts !== null && facts.config !== config) {
      return (await store.beginAgain(stream, STATE)) ? 'done' : 'not-now';
    }
    await store.registerConsumer(stream, STATE, 'beginning');
    return 'done';
  }

  async #purgeRemoved(): Promise<number> {
    const { store, tombstoneMs } = this.#options;
    return (await store.states.purgeRemoved(this.stream, tombstoneMs)) > 0 ? 0 : PURGE_MS;
  }

  #unclear([id, type]: EventRow): void {
    const { metrics, logger } = this.#options;
    const { stream } = this;
    metrics.stateUnclear.inc({ stream });
    logger.warn({ stream, id, type }, 'An event does not say which item of the state it changes.');
  }
}
