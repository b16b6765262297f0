// Copies the history of one stream into the warehouse: the relay whose sink is the warehouse, under the reserved
// consumer ARCHIVER. It reads from the active database, or from whatever else is such a source.
//
// A crash leaves the watermark ahead of the cursor: nothing is copied twice, and the cursor follows at the next start.
// Only one archiver works at a time (lease); a frozen one that wakes finds the watermark moved and its token void, so
// it can do no harm.
import type { Service } from '../base/lifecycle.ts';
import { ARCHIVER } from '../contract/consumer.ts';
import { isServiceError } from '../contract/errors.ts';
import type { EventId } from '../contract/event-id.ts';
import { EVENTS_MAX } from '../contract/limits.ts';
import type { Store } from '../store/store.ts';
import type { Warehouse } from '../store/warehouse.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { Relay, type RelayRound } from './relay.ts';
import { WarehouseSink } from './sinks/warehouse-sink.ts';
import type { Source } from './source.ts';
import { StoreSource } from './store-source.ts';

export interface ArchiverOptions extends Pick<Telemetry, 'logger' | 'notices'> {
  readonly source: Source;
  readonly warehouse: Warehouse;
  /** Of the source, where it is a database of this process. @default null */
  readonly store?: Store | null;
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
    const { source, warehouse, store, periodMs, notices, logger } = options;
    const { stream } = source;
    this.#relay = new Relay({
      source,
      sink: new WarehouseSink({ warehouse, stream, store, notices, watermark: ARCHIVER_SINK }),
      filter: null,
      batchMax: EVENTS_MAX,
      checkpointMs: Number.POSITIVE_INFINITY,
      pace: { sleepMsMin: PACE_MIN_MS, sleepMsMax: periodMs, sleepMsStep: PACE_MIN_MS },
      backoff: BACKOFF,
      onError: (error, attempt) => {
        notices.give('workerError', { worker: 'archiver', stream, error });
        logger.error(
          { error, stream, attempt },
          `The archiver could not go on${repair(error, stream)}.`,
        );
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

/** A stream of the active database, for an archiver in this process. */
export function archiverSource({
  store,
  stream,
  node,
  logger,
}: {
  readonly store: Store;
  readonly stream: string;
  /** This process, in evt_consumers.lease_node. */
  readonly node: string;
  readonly logger: Logger;
}): Source {
  return new StoreSource({
    store,
    stream,
    node,
    ident: ARCHIVER,
    register: () => store.requireArchive(stream),
    // As it was delivered, so that reading the history gives the same; another database would refuse it besides.
    onInvalid: (id: EventId) =>
      logger.warn({ stream, id }, 'An event whose data is not JSON is archived as null.'),
  });
}

/** How the warehouse is brought back in line, where it has to be. */
function repair(error: unknown, stream: string): string {
  if (!isServiceError(error) || error.code !== 'HistoryForked') return '';
  const command = `aftercommit archive --streams ${stream} --rewind ${error.details.at}`;
  return `: the warehouse is brought back in line by ${command}`;
}
