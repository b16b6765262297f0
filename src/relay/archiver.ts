// Copies the history of one stream into the warehouse: the relay whose sink is the warehouse, under the reserved
// consumer ARCHIVER.
//
// A crash leaves the watermark ahead of the cursor: nothing is copied twice, and the cursor follows at the next start.
// Only one archiver works at a time (lease); a frozen one that wakes finds the watermark moved and its token void, so
// it can do no harm.
import type { Service } from '../base/lifecycle.ts';
import { ARCHIVER } from '../contract/consumer.ts';
import type { EventId } from '../contract/event-id.ts';
import { EVENTS_MAX } from '../contract/limits.ts';
import type { Store } from '../store/store.ts';
import type { Warehouse } from '../store/warehouse.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { Relay, type RelayRound } from './relay.ts';
import { WarehouseSink } from './sinks/warehouse-sink.ts';
import { StoreSource } from './store-source.ts';

export interface ArchiverOptions extends Pick<Telemetry, 'logger' | 'notices'> {
  readonly store: Store;
  readonly warehouse: Warehouse;
  readonly stream: string;
  /** This process, in evt_consumers.lease_node. */
  readonly node: string;
  /** The longest pause while there is nothing to do, in milliseconds. */
  readonly periodMs: number;
}

/** Its watermark's name in the warehouse. */
export const ARCHIVER_SINK = 'archiver';

const PACE_MIN_MS = 20;
const BACKOFF = { firstMs: 200, maxMs: 10_000 };

export class Archiver implements Service {
  readonly #relay: Relay;

  constructor(options: ArchiverOptions) {
    const { store, stream, periodMs, notices, logger } = options;
    this.#relay = new Relay({
      source: new StoreSource({
        ...options,
        ident: ARCHIVER,
        register: () => store.requireArchive(stream),
        // As it was delivered, so that reading the history gives the same; another database would refuse it besides.
        onInvalid: (id: EventId) =>
          logger.warn({ stream, id }, 'An event whose data is not JSON is archived as null.'),
      }),
      sink: new WarehouseSink({ ...options, watermark: ARCHIVER_SINK }),
      filter: null,
      batchMax: EVENTS_MAX,
      checkpointMs: Number.POSITIVE_INFINITY,
      pace: { sleepMsMin: PACE_MIN_MS, sleepMsMax: periodMs, sleepMsStep: PACE_MIN_MS },
      backoff: BACKOFF,
      onError: (error, attempt) => {
        notices.give('workerError', { worker: 'archiver', stream, error });
        logger.error({ error, stream, attempt }, 'The archiver could not go on.');
      },
    });
  }

  start(): Promise<void> {
    return this.#relay.start();
  }

  stop(): Promise<void> {
    return this.#relay.stop();
  }

  /** Copies one batch. */
  round(): Promise<RelayRound> {
    return this.#relay.round();
  }

  /** Lets another archiver go on. */
  release(): Promise<void> {
    return this.#relay.release();
  }
}
