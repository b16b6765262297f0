// Keeps one sink going: the relay to it, under the reserved consumer SINK_name, from its
// registration to its end. What the sink does wrong is told as its failure, what the database does as that of the work.

import { inTime } from '../../base/in-time.ts';
import type { Service } from '../../base/lifecycle.ts';
import type { PaceLimits } from '../../base/pace.ts';
import { sinkIdent } from '../../contract/consumer.ts';
import { isServiceError, ServiceError } from '../../contract/errors.ts';
import { wantFilter } from '../../feed/cut.ts';
import { Relay } from '../../relay/relay.ts';
import { StoreSource } from '../../relay/store-source.ts';
import type { Store } from '../../store/store.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { startOf } from '../in-process/readers.ts';
import type { RelayedSink } from './relayed-sink.ts';
import type { SinkChoice } from './sink-choice.ts';

export interface SinkWorkerOptions {
  readonly choice: SinkChoice;
  readonly store: Store;
  /** This process, where others must know it. */
  readonly node: string;
  readonly pace: PaceLimits;
  readonly checkpointMs: number;
  readonly telemetry: Telemetry;
}

const ONE_EVENT = { eventsMax: 1, bytesMax: 1 };
const BACKOFF = { firstMs: 200, maxMs: 30_000 };
/** How long a write that was told to end may take to do so. */
const ABORT_MS = 500;

export class SinkWorker implements Service {
  readonly #options: SinkWorkerOptions;
  readonly #sink: RelayedSink;
  readonly #relay: Relay;
  #finished: Promise<void> | null = null;
  #isStopping = false;

  constructor(options: SinkWorkerOptions) {
    const { name, stream, types, batchMax } = options.choice;
    const { logger } = options.telemetry;
    this.#options = options;
    this.#sink = options.choice.make();
    this.#relay = new Relay({
      ...options,
      source: new StoreSource({
        ...options,
        stream,
        ident: sinkIdent(name),
        register: () => this.#register(),
        onInvalid: (id) =>
          logger.warn(
            { stream, id, sink: name },
            'An event whose data is not JSON goes out as null.',
          ),
      }),
      sink: this.#sink,
      filter: types === null ? null : wantFilter(types),
      batchMax,
      backoff: BACKOFF,
      onError: (error, attempt) => this.#report(error, attempt),
      // A database that was closed under it is no news.
      onLastError: (error) => {
        if (this.#sink.hasThrown(error)) this.#report(error, 0);
      },
    });
  }

  get stream(): string {
    return this.#options.choice.stream;
  }

  /** From now on nothing is discarded that it has not written. Throws when it cannot begin where it is to. */
  async start(): Promise<void> {
    // First: a sink that cannot begin is not to hold discarding back from now on.
    await this.#requireNoGap();
    await this.#register();
    await this.#relay.start();
  }

  hint(): void {
    this.#relay.hint();
  }

  /** Lets a write at hand finish, and closes the sink. */
  finish(): Promise<void> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  /** The same at once: a write at hand is told to end, and given up when it does not. */
  async stop(): Promise<void> {
    const { choice, telemetry } = this.#options;
    const finished = this.finish();
    this.#isStopping = true;
    this.#relay.abort();
    if (await inTime(finished, ABORT_MS)) return;
    const facts = { stream: this.stream, sink: choice.name };
    telemetry.logger.error(facts, 'A sink did not end its write in time; it was given up.');
  }

  async #finish(): Promise<void> {
    await this.#relay.stop();
    await this.#sink.closeAtEnd().catch((error) => this.#report(error, 0));
  }

  /** Most often it is there, and then the stream's row is left alone. */
  async #register(): Promise<void> {
    const { store, choice } = this.#options;
    const { stream, name, from } = choice;
    const ident = sinkIdent(name);
    if ((await store.findConsumer(stream, ident)) !== null) return;
    await store.registerConsumer(stream, ident, startOf(from));
  }

  /** What was lost of a sink is written once more, unless it was discarded. Throws `SinkGap`. */
  async #requireNoGap(tried: string | null = null): Promise<void> {
    const { store } = this.#options;
    const { epoch } = await store.streamState(this.stream);
    const own = await this.#sink.stand(epoch);
    try {
      if (own !== null) await store.readAfter(this.stream, own.id, ONE_EVENT);
    } catch (error) {
      if (!isServiceError(error) || error.code !== 'CursorTooOld') throw error;
      // Another process may have written on meanwhile, and what it wrote been discarded.
      if (own?.id !== tried) return this.#requireNoGap(own?.id);
      throw new ServiceError('SinkGap', {
        message: `${this.#sink.title} lacks events behind ${own?.id} that were discarded.`,
        details: { stream: this.stream, position: own?.id, ...error.details },
        cause: error,
      });
    }
  }

  #report(error: unknown, attempt: number): void {
    const { choice, telemetry } = this.#options;
    const { notices, logger } = telemetry;
    const { stream, name: sink } = choice;
    const facts = { error, stream, sink, attempt };
    if (this.#isStopping) {
      logger.warn(facts, 'A sink was stopped before it was done; its events come again.');
    } else if (this.#sink.hasThrown(error) || isOfPosition(error)) {
      notices.give('sinkError', { stream, sink, error });
      logger.error(facts, 'A sink has failed, and is given the same events again.');
    } else {
      notices.give('workerError', { worker: 'sinks', stream, error });
      logger.error(facts, 'The relay to a sink could not go on.');
    }
  }
}

/** The sink stands where the stream cannot go on from. */
function isOfPosition(error: unknown): boolean {
  return isServiceError(error) && ['HistoryForked', 'CursorTooOld'].includes(error.code);
}
