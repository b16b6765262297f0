// Keeps one sink going: the relay to it, under the reserved consumer SINK_name, from its registration to its end, which
// may be its own failure.
import { inTime } from '../../base/in-time.ts';
import type { Service } from '../../base/lifecycle.ts';
import type { PaceLimits } from '../../base/pace.ts';
import { sinkIdent } from '../../contract/consumer.ts';
import { isServiceError, ServiceError } from '../../contract/errors.ts';
import type { EventRow } from '../../contract/event.ts';
import { wantFilter } from '../../feed/cut.ts';
import { Relay, type RelayRound } from '../../relay/relay.ts';
import { StoreSource } from '../../relay/store-source.ts';
import type { Store } from '../../store/store.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { LagWatch } from './lag-watch.ts';
import type { RelayedSink } from './relayed-sink.ts';
import type { SinkChoice } from './sink-choice.ts';
import { registerSinkConsumer } from './sink-consumer.ts';
import { sinkFailure } from './sink-failure.ts';
import { SinkReports } from './sink-reports.ts';

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
const RETRY_MS_MIN = 200;
/** How long a write that was told to end may take to do so. */
const ABORT_MS = 500;
/** So many events in a row of rounds without a start; behind that a sink is taken to be away. */
const SKIPS_MAX = 10;

export class SinkWorker implements Service {
  readonly #options: SinkWorkerOptions;
  readonly #sink: RelayedSink;
  readonly #relay: Relay;
  readonly #reports: SinkReports;
  /** null: however many events may wait for it. */
  readonly #lagWatch: LagWatch | null;
  readonly #ended = new AbortController();
  #finished: Promise<void> | null = null;
  #isStopping = false;
  #hasBegun = false;
  /** Events in a row that were passed over. */
  #skips = 0;

  constructor(options: SinkWorkerOptions) {
    const { choice, telemetry } = options;
    const { name, stream, types, batchMax, onError, retryMaxMs, allowGap, maxLagEvents } = choice;
    const ident = sinkIdent(name);
    this.#options = options;
    this.#sink = choice.make({ logger: telemetry.logger, signal: this.#ended.signal });
    const reports = new SinkReports(choice, this.#sink.rewinding !== null, telemetry);
    this.#reports = reports;
    this.#lagWatch = maxLagEvents === 0 ? null : new LagWatch({ ...options, ...choice, ident });
    this.#relay = new Relay({
      ...options,
      source: new StoreSource({
        ...options,
        stream,
        ident,
        register: () => this.#register(),
        onInvalid: (id) => reports.invalid(id),
      }),
      sink: this.#sink,
      filter: types === null ? null : wantFilter(types),
      batchMax,
      backoff: { firstMs: Math.min(RETRY_MS_MIN, retryMaxMs), maxMs: retryMaxMs },
      onError: (error, attempt) => this.#onError(error, attempt),
      // A database that was closed under it is no news.
      onLastError: (error) => {
        if (this.#sink.hasThrown(error)) this.#report(error, 0);
      },
      onWritten: (count) => {
        if (count > 0) this.#skips = 0;
        reports.written(count);
      },
      onSkipped: onError === 'skip' ? (event, error) => this.#onSkipped(event, error) : undefined,
      onGap: allowGap ? (gap) => reports.gap(gap) : undefined,
    });
  }

  get stream(): string {
    return this.#options.choice.stream;
  }

  /** From now on nothing is discarded that it has not written. Throws when it cannot begin where it is to. */
  async start(): Promise<void> {
    // First: a sink that cannot begin is not to hold discarding back from now on.
    await this.#begin();
    await this.#relay.start();
    await this.#lagWatch?.start();
  }

  /** One batch, without a start. Throws `SinkWriteFailed` when the sink has failed and is to stop then. */
  async round(): Promise<RelayRound> {
    if (!this.#hasBegun) await this.#begin();
    this.#hasBegun = true;
    const skips = this.#skips;
    try {
      return await this.#relay.round();
    } catch (error) {
      if (this.#skips > skips && this.#skips < SKIPS_MAX) return 'copied';
      if (this.#options.choice.onError !== 'stop' || !this.#isOfSink(error)) throw error;
      throw sinkFailure({ stream: this.stream, sink: this.#options.choice.name, error });
    }
  }

  /** Gives back what rounds took. */
  release(): Promise<void> {
    return this.#finish();
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
    await this.#lagWatch?.stop();
    const finished = this.finish();
    this.#isStopping = true;
    this.#relay.abort();
    if (!(await inTime(finished, ABORT_MS))) this.#reports.givenUp();
    this.#ended.abort();
  }

  async #begin(): Promise<void> {
    await this.#requireNoGap();
    await this.#register();
  }

  async #finish(): Promise<void> {
    await this.#relay.stop();
    await this.#sink.closeAtEnd().catch((error) => this.#report(error, 0));
    this.#ended.abort();
  }

  #register(): Promise<void> {
    return registerSinkConsumer(this.#options.store, this.#options.choice);
  }

  /** What was lost of a sink is written once more, unless it was discarded. Throws `SinkGap` where that may not be. */
  async #requireNoGap(tried: string | null = null): Promise<void> {
    const { store, choice } = this.#options;
    const { epoch } = await store.streamState(this.stream);
    const own = await this.#sink.stand(epoch);
    try {
      if (own !== null && !choice.allowGap) await store.readAfter(this.stream, own.id, ONE_EVENT);
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

  #onSkipped(event: EventRow, error: unknown): void {
    this.#skips += 1;
    this.#reports.skipped(event, error);
  }

  #onError(error: unknown, attempt: number): void {
    this.#report(error, attempt);
    const isLast = this.#options.choice.onError === 'stop' && this.#finished === null;
    if (!isLast || !this.#isOfSink(error)) return;
    this.#reports.stopped(error);
    void this.finish();
  }

  #report(error: unknown, attempt: number): void {
    const whose = this.#isOfSink(error) ? 'of-sink' : 'of-work';
    this.#reports.failed(error, attempt, this.#isStopping ? 'of-stop' : whose);
  }

  #isOfSink(error: unknown): boolean {
    return this.#sink.hasThrown(error) || isOfPosition(error);
  }
}

/** The sink stands where the stream cannot go on from. */
function isOfPosition(error: unknown): boolean {
  return isServiceError(error) && ['HistoryForked', 'CursorTooOld'].includes(error.code);
}
