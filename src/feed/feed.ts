// One reading loop per process and stream, however many consumers: reads what is new in order and lays it into the
// window. Readers go by id alone, from the window where it reaches back far enough and else from pages of the
// database, so there is no seam between catching up and following.
import { systemClock } from '../base/clock.ts';
import type { Hint } from '../base/hint.ts';
import type { Service } from '../base/lifecycle.ts';
import { Loop } from '../base/loop.ts';
import { type Found, nextSleepMs, type PaceLimits } from '../base/pace.ts';
import { isServiceError, ServiceError } from '../contract/errors.ts';
import { type EventRow, rowBytes } from '../contract/event.ts';
import { compareIds, type EventId, idPlus, maxId, NO_EVENT } from '../contract/event-id.ts';
import type { Fork, History } from '../contract/forks.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../contract/limits.ts';
import type { ReadLimits, Store, StreamState } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { Audience } from './audience.ts';
import type { Cut, CutLimits, TypeFilter } from './cut.ts';
import { Cuts } from './cuts.ts';
import { readOn } from './deliverable.ts';
import { Pages } from './pages.ts';
import { Window, type WindowLimits } from './window.ts';

export interface FeedOptions extends Telemetry {
  readonly store: Store;
  readonly stream: string;
  readonly pace: PaceLimits;
  readonly limits: WindowLimits & {
    /** How long a reader may wait without saying how far it is, while unwanted events come, in milliseconds. */
    readonly checkpointMs: number;
  };
}

const BACKOFF = { firstMs: 50, maxMs: 2000 };
const AHEAD_READERS_MAX = 8;
const LOOK: ReadLimits = { eventsMax: EVENTS_MAX, bytesMax: BATCH_BYTES_MAX };

export class Feed implements Service {
  readonly stream: string;
  readonly #options: FeedOptions;
  readonly #loop: Loop;
  #window: Window;
  #epoch = 1;
  #forks: readonly Fork[] = [];
  /** The newest event that was read for anybody. */
  #seen: EventId = NO_EVENT;
  #end: EventId | null = null;
  /** At the last look the stream was copied into. */
  #isCopying = false;
  #sleepMs = 0;
  #pages = this.#makePages();
  #cuts = new Cuts();
  readonly #audience = new Audience();
  #readers = 0;
  #waiting = 0;
  #reviewedAtMs = systemClock.monotonicMs();

  constructor(options: FeedOptions) {
    const { stream, notices, logger } = options;
    this.stream = stream;
    this.#options = options;
    this.#window = new Window(NO_EVENT, options.limits);
    this.#loop = new Loop({
      backoff: BACKOFF,
      step: () => this.#look(),
      onError: (error, attempt) => {
        notices.give('workerError', { worker: 'feed', stream, error });
        logger.warn({ error, stream, attempt }, 'The feed could not read.');
      },
    });
  }

  /** Begins behind the newest event: everything older is read from the database by whoever wants it. */
  async start(): Promise<void> {
    const state = await this.#options.store.syncedState(this.stream);
    this.#epoch = state.epoch;
    this.#forks = state.forks;
    this.#window = new Window(state.newest, this.#options.limits);
    this.#pages = this.#makePages();
    await this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    this.#audience.wakeAll();
  }

  /** Something may have been committed. Without a reader nobody is in a hurry to know, and each look costs a read. */
  hint(): void {
    if (this.#isRead) this.#loop.hint();
  }

  /** Counts a reader, until the returned function is called. */
  attach(): () => void {
    this.#wakeForFirst();
    this.#readers += 1;
    return () => {
      this.#readers -= 1;
    };
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

  /** Where each epoch but the first began, up to this one. */
  get forks(): readonly Fork[] {
    return this.#forks;
  }

  /**
   * Goes over to the history of this state, if it is a later one. Whoever has read of the one before finds another
   * `epoch` here, and must not go on.
   */
  follow({ epoch, forks, newest }: Pick<StreamState, keyof History | 'newest'>): void {
    if (epoch <= this.#epoch) return;
    const { logger, metrics } = this.#options;
    metrics.forks.inc({ stream: this.stream });
    logger.warn({ stream: this.stream, epoch, newest }, 'The history of the stream has forked.');
    this.#epoch = epoch;
    this.#forks = forks;
    this.#seen = NO_EVENT;
    this.#window.reset(newest);
    this.#pages = this.#makePages();
    this.#cuts = new Cuts();
    this.#end = null;
    this.#audience.wakeAll();
  }

  /**
   * For an id beyond the newest event that somebody brings, who must not be told only that: true when this node has
   * seen the event, and the database has lost it. Then it follows another history by now.
   */
  async hasLost(id: EventId): Promise<boolean> {
    const epoch = this.#epoch;
    if (compareIds(id, this.#seen) > 0) return false;
    const { store } = this.#options;
    await store.epochs.beginWithout(this.stream, { id, epoch });
    this.follow(await store.syncedState(this.stream));
    return this.#epoch !== epoch;
  }

  /** Where a sealed stream ends, as it was at the last look; null while it takes events. */
  get end(): EventId | null {
    return this.#end;
  }

  /**
   * True when the stream is sealed, and `upTo` its last event. The database is asked: another node may have unsealed
   * it, and who is told of the end goes.
   */
  async endsAt(upTo: EventId): Promise<boolean> {
    const end = this.#options.store.seemsSealed(this.stream) ? await this.#findEnd() : null;
    // What is not so any more is not asked for again before the next look.
    if (end !== upTo) this.#end = null;
    return end === upTo;
  }

  /** True when a reader at `after` is served from memory alone. */
  isFollowing(after: EventId): boolean {
    return this.#window.covers(after);
  }

  /**
   * The first wanted events behind `after`, from memory where it reaches back so far: `upTo` stays at `after` then only
   * because the feed has seen no more. Throws `CursorTooOld` when some were discarded.
   */
  async cut(after: EventId, filter: TypeFilter | null, limits: CutLimits): Promise<Cut> {
    // Those of a history that ends meanwhile are not for the next one.
    const cuts = this.#cuts;
    const rows = await this.#rowsBehind(after, limits.eventsMax);
    return cuts.take(rows, after, filter, limits);
  }

  /**
   * A cut that its reader will ask for when its last batch is answered. null where there are so many readers that the
   * time is used anyway, and the cuts would not be kept until then.
   */
  async cutAhead(
    after: EventId,
    filter: TypeFilter | null,
    limits: CutLimits,
  ): Promise<Cut | null> {
    return this.#readers > AHEAD_READERS_MAX ? null : this.cut(after, filter, limits);
  }

  /**
   * The same, asking the database before it says that there is no more: whoever has just added an event finds it.
   */
  async cutFresh(after: EventId, filter: TypeFilter | null, limits: CutLimits): Promise<Cut> {
    const [cuts, epoch] = [this.#cuts, this.#epoch];
    const rows = [...(await this.#rowsBehind(after, limits.eventsMax))];
    let bytes = rows.reduce((sum, row) => sum + rowBytes(row), 0);
    while (rows.length < limits.eventsMax && bytes < limits.bytesMax) {
      const last = rows.at(-1)?.[0] ?? after;
      const more = await (this.#window.covers(last)
        ? this.#readStore(last, LOOK, epoch)
        : this.#rowsBehind(last, limits.eventsMax - rows.length));
      rows.push(...more);
      bytes += more.reduce((sum, row) => sum + rowBytes(row), 0);
      // Rows of this node may come before those behind them that are there as well (`Dialect.readQueue`).
      if (more.length === 0) break;
    }
    return cuts.take(rows, after, filter, limits);
  }

  /**
   * For whoever has found nothing behind `after` when `seen` was the newest: until something wanted comes, the hint is
   * given for another reason, `ms` are over, or the signal aborts. Gives up to where nothing wanted has come.
   */
  waitBeyond(
    { after, seen, filter }: { after: EventId; seen: EventId; filter: TypeFilter | null },
    wait: { hint: Hint; ms: number; signal?: AbortSignal },
  ): Promise<EventId> {
    if (seen !== this.#window.newest) return Promise.resolve(after);
    const waiting = this.#audience.join(filter, seen, wait.hint);
    this.#wakeForFirst();
    this.#waiting += 1;
    // Thousands wait at a time: a suspended function would take three times the memory.
    return wait.hint.wait(wait.ms, wait.signal).then(() => {
      this.#waiting -= 1;
      return maxId(after, waiting.leave());
    });
  }

  /** A reader may be between two waits, and who waits may be no reader but a poll. */
  get #isRead(): boolean {
    return this.#readers + this.#waiting > 0;
  }

  /** It may have slept for long, with hints that nobody followed. */
  #wakeForFirst(): void {
    if (!this.#isRead) this.#loop.hint();
  }

  async #look(): Promise<number> {
    const { metrics, notices, pace } = this.#options;
    const epoch = this.#epoch;
    const read = await this.#readNew();
    // Somebody may have found another history meanwhile.
    const rows = epoch === this.#epoch ? read : [];
    const found = foundIn(rows);
    metrics.feedReads.inc({ stream: this.stream, found });
    if (rows.length > 0) {
      this.#window.push(rows);
      metrics.windowEvents.set({ stream: this.stream }, this.#window.size);
      this.#audience.tell(rows);
      const newest = this.#window.newest;
      notices.give('newEvents', { stream: this.stream, count: rows.length, newest });
    }
    await this.#lookForEnd(rows);
    this.#review();
    this.#sleepMs = nextSleepMs(this.#sleepMs, found, pace);
    return !this.#isRead && found !== 'full' ? pace.sleepMsMax : this.#sleepMs;
  }

  async #readNew(): Promise<EventRow[]> {
    try {
      const rows = await this.#readStore(this.#window.newest, LOOK, this.#epoch);
      this.#isCopying = false;
      return rows;
    } catch (error) {
      if (!isServiceError(error)) throw error;
      if (error.code === 'StreamBusy') return this.#pauseForCopy();
      // By now it follows the newer one, behind whose newest event nothing has been found yet.
      if (error.code === 'HistoryForked') return [];
      if (error.code !== 'CursorTooOld') throw error;
      // Possible when nobody registered needs the feed: what was discarded is passed over, and only LIVE readers,
      // who were promised no more, miss it.
      const earliest = error.details.earliest as EventId;
      this.#window.reset(idPlus(earliest, -1));
      return this.#readStore(this.#window.newest, LOOK, this.#epoch);
    }
  }

  /** It goes on by itself when the copy is over; polls that wait are to be told now. */
  #pauseForCopy(): EventRow[] {
    if (!this.#isCopying) this.#audience.wakeAll();
    this.#isCopying = true;
    return [];
  }

  /** Whoever waits for more is told that there will be none. */
  async #lookForEnd(rows: readonly EventRow[]): Promise<void> {
    const mayBeSealed = rows.length === 0 && this.#options.store.seemsSealed(this.stream);
    const before = this.#end;
    // What came behind an earlier end may have been discarded unseen.
    const isKnown = before !== null && before === this.#window.newest;
    this.#end = mayBeSealed ? (isKnown ? before : await this.#findEnd()) : null;
    if (this.#end !== null && this.#end !== before) this.#audience.wakeAll();
  }

  /** Readers go by it without the database, so no crash may take it back. */
  async #findEnd(): Promise<EventId | null> {
    const { status, newest } = await this.#options.store.syncedState(this.stream);
    return status === 'sealed' ? newest : null;
  }

  #makePages(): Pages {
    const epoch = this.#epoch;
    return new Pages((after, limits) => this.#readStore(after, limits, epoch));
  }

  /** Throws `HistoryForked` when it has gone over to another history than that in which `after` stands. */
  async #readStore(after: EventId, limits: ReadLimits, epoch: number): Promise<EventRow[]> {
    const { store, metrics } = this.#options;
    const { stream } = this;
    const onInvalid = () => metrics.invalidData.inc({ stream });
    try {
      const rows = await readOn({ store, stream, onInvalid }, { id: after, epoch }, limits);
      if (epoch === this.#epoch) return this.#see(rows);
    } catch (error) {
      if (!isServiceError(error) || error.code !== 'HistoryForked') throw error;
      this.follow(await store.syncedState(stream));
    }
    throw new ServiceError('HistoryForked', { details: { epoch: this.#epoch } });
  }

  #see(rows: EventRow[]): EventRow[] {
    this.#seen = maxId(this.#seen, rows.at(-1)?.[0] ?? NO_EVENT);
    return rows;
  }

  /** What memory answers for begins at the window's oldest; before that, pages. */
  async #rowsBehind(after: EventId, taking: number): Promise<readonly EventRow[]> {
    if (this.#window.covers(after)) return this.#window.read(after);
    return this.#pages.rowsBehind(after, taking);
  }

  #review(): void {
    const nowMs = systemClock.monotonicMs();
    if (nowMs - this.#reviewedAtMs < this.#options.limits.checkpointMs) return;
    this.#reviewedAtMs = nowMs;
    this.#audience.wakePassed();
    this.#pages.forgetIdle();
    this.#cuts.forgetIdle();
  }
}

function foundIn(rows: readonly EventRow[]): Found {
  if (rows.length === 0) return 'nothing';
  return rows.length >= LOOK.eventsMax / 2 ? 'full' : 'some';
}
