// One reading loop per process and stream, however many consumers: reads what is new in order and lays it into the
// window. Readers go by id alone, from the window where it reaches back far enough and else from the database, so
// there is no seam between catching up and following.
import { Hint } from '../base/hint.ts';
import type { Service } from '../base/lifecycle.ts';
import { Loop } from '../base/loop.ts';
import { type Found, nextSleepMs, type PaceLimits } from '../base/pace.ts';
import { isServiceError } from '../contract/errors.ts';
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId, idPlus, maxId, NO_EVENT } from '../contract/event-id.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../contract/limits.ts';
import type { ReadLimits, Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { readDeliverable } from './deliverable.ts';
import { Window, type WindowLimits } from './window.ts';

export interface FeedOptions {
  readonly store: Store;
  readonly stream: string;
  readonly pace: PaceLimits;
  readonly limits: WindowLimits;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

const BACKOFF = { firstMs: 50, maxMs: 2000 };
const LOOK: ReadLimits = { eventsMax: EVENTS_MAX, bytesMax: BATCH_BYTES_MAX };

export class Feed implements Service {
  readonly stream: string;
  readonly #options: FeedOptions;
  readonly #loop: Loop;
  #window: Window;
  #epoch = 1;
  #gapsUpTo: EventId = NO_EVENT;
  #sleepMs = 0;
  readonly #attached = new Set<Hint>();

  constructor(options: FeedOptions) {
    const { stream, metrics, logger } = options;
    this.stream = stream;
    this.#options = options;
    this.#window = new Window(NO_EVENT, options.limits);
    this.#loop = new Loop({
      backoff: BACKOFF,
      step: () => this.#look(),
      onError: (error, attempt) => {
        metrics.loopErrors.inc({ loop: 'feed', stream });
        logger.warn({ error, stream, attempt }, 'The feed could not read.');
      },
    });
  }

  /** Begins behind the newest event: everything older is read from the database by whoever wants it. */
  async start(): Promise<void> {
    const state = await this.#options.store.syncedState(this.stream);
    this.#epoch = state.epoch;
    this.#gapsUpTo = state.gapsUpTo;
    this.#window = new Window(state.newest, this.#options.limits);
    await this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    this.#announce();
  }

  /** Something may have been committed. */
  hint(): void {
    this.#loop.hint();
  }

  /** The newest event in memory; the database may be a moment ahead. */
  get newest(): EventId {
    return this.#window.newest;
  }

  /** Memory answers for everything behind it. */
  get oldest(): EventId {
    return this.#window.oldest;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** True when a reader at `after` is served from memory alone. */
  isFollowing(after: EventId): boolean {
    return this.#window.covers(after);
  }

  /**
   * The events behind `after` in order, from memory where it reaches back so far: empty then only says that the feed
   * has seen no more. Throws `CursorTooOld` when some were discarded.
   */
  async read(after: EventId, limits: ReadLimits): Promise<EventRow[]> {
    if (this.#window.covers(after)) return this.#window.read(after, limits);
    return this.#readStore(after, limits);
  }

  /**
   * The same, asking the database before it says that there is no more: whoever has just added an event finds it.
   */
  async readFresh(after: EventId, limits: ReadLimits): Promise<EventRow[]> {
    const isRecent = this.#window.covers(after);
    const rows = await this.read(after, limits);
    const eventsMax = limits.eventsMax - rows.length;
    if (!isRecent || eventsMax === 0) return rows;
    const more = await this.#readStore(rows.at(-1)?.[0] ?? after, { ...limits, eventsMax });
    return [...rows, ...more];
  }

  /** Gives the hint whenever the window grows, until the returned function is called. */
  attach(hint: Hint): () => void {
    this.#attached.add(hint);
    return () => this.#attached.delete(hint);
  }

  /**
   * For whoever has found nothing behind `after`: resolves when there is something, after `ms`, or when the signal
   * aborts.
   */
  async waitBeyond(after: EventId, ms: number, signal: AbortSignal): Promise<void> {
    // Adopted ids that are not there never come: behind the last of them the newest id alone says nothing.
    if (compareIds(this.#window.newest, maxId(after, this.#gapsUpTo)) > 0) return;
    const wake = new Hint();
    const detach = this.attach(wake);
    await wake.wait(ms, signal);
    detach();
  }

  async #look(): Promise<number> {
    const { metrics, pace } = this.#options;
    const rows = await this.#readNew();
    const found = foundIn(rows);
    metrics.feedReads.inc({ stream: this.stream, found });
    if (rows.length > 0) {
      this.#window.push(rows);
      metrics.feedEvents.inc({ stream: this.stream }, rows.length);
      metrics.windowEvents.set({ stream: this.stream }, this.#window.size);
      this.#announce();
    }
    this.#sleepMs = nextSleepMs(this.#sleepMs, found, pace);
    return this.#sleepMs;
  }

  async #readNew(): Promise<EventRow[]> {
    try {
      return await this.#readStore(this.#window.newest, LOOK);
    } catch (error) {
      if (!isServiceError(error) || error.code !== 'CursorTooOld') throw error;
      // Possible when nobody registered needs the feed: what was discarded is passed over, and only LIVE readers,
      // who were promised no more, miss it.
      const earliest = error.details.earliest as EventId;
      this.#window.reset(idPlus(earliest, -1));
      return this.#readStore(this.#window.newest, LOOK);
    }
  }

  #readStore(after: EventId, limits: ReadLimits): Promise<EventRow[]> {
    const { store, metrics } = this.#options;
    const { stream } = this;
    const onInvalid = () => metrics.invalidData.inc({ stream });
    return readDeliverable({ store, stream, onInvalid }, after, limits);
  }

  #announce(): void {
    for (const hint of this.#attached) hint.give();
  }
}

function foundIn(rows: readonly EventRow[]): Found {
  if (rows.length === 0) return 'nothing';
  return rows.length >= LOOK.eventsMax / 2 ? 'full' : 'some';
}
