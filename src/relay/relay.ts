// Carries the events of one stream to a sink, in order: reads after a position, writes, and moves a reserved consumer,
// which holds the discarder back, behind what was written: now and then, and when all is written. Only one relay of a
// consumer works at a time (lease), however many nodes there are.
//
// A crash before the cursor is moved writes the same events again, unless the sink keeps its own position together with
// them: then the relay goes on behind that, and the cursor follows. The cursor never passes what the sink was told of,
// so that no position of its own is discarded; a filtered sink is told of what it does not want by empty batches.
import type { BackoffLimits } from '../base/backoff.ts';
import { systemClock } from '../base/clock.ts';
import type { Service } from '../base/lifecycle.ts';
import { Loop } from '../base/loop.ts';
import { nextSleepMs, type PaceLimits } from '../base/pace.ts';
import { isServiceError, ServiceError } from '../contract/errors.ts';
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId, idPlus, minId } from '../contract/event-id.ts';
import type { Batch } from '../contract/event-list.ts';
import { type History, sharedUpTo } from '../contract/forks.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../contract/limits.ts';
import { cutRows, type TypeFilter } from '../feed/cut.ts';
import type { ReadLimits } from '../store/store.ts';
import { RowsAhead } from './rows-ahead.ts';
import type { Sink, SinkPosition } from './sink.ts';
import { lineText } from './sinks/file/lines.ts';
import { Skipping } from './skipping.ts';
import type { Source, SourceEnd, SourceLease } from './source.ts';

/** Behind `after` everything before `earliest` was discarded. */
export interface Gap {
  readonly after: EventId;
  readonly earliest: EventId;
}

export interface RelayOptions {
  readonly source: Source;
  readonly sink: Sink;
  /** null = all. */
  readonly filter: TypeFilter | null;
  /** Events of one batch. */
  readonly batchMax: number;
  /** The least time between two empty batches. */
  readonly checkpointMs: number;
  readonly pace: PaceLimits;
  readonly backoff: BackoffLimits;
  /** Told of every failed round, and of a sink that could not be closed; the relay goes on. */
  readonly onError: (error: unknown, attempt: number) => void;
  /** Told of the round that was under way at the stop, when it has failed. @default nobody is */
  readonly onLastError?: (error: unknown) => void;
  /** Told of each batch that was written. @default nobody is */
  readonly onWritten?: (count: number) => void;
  /** Told of each event that is passed over, since the sink refuses it alone too. @default nothing is passed over */
  readonly onSkipped?: ((event: EventRow, error: unknown) => void) | undefined;
  /** Told of events that the sink lacks for good; the relay goes on behind them. @default they are a failure */
  readonly onGap?: ((gap: Gap) => void) | undefined;
}

/** What one round came to. */
export type RelayRound = 'copied' | 'nothing-left' | 'another-is-at-work';

/** From the sink's opening to its closing. */
interface Turn extends History {
  /** Up to where events were read. */
  position: EventId;
  /** Up to where the sink was told of them: it has those that it wants. */
  told: EventId;
  toldAtMs: number;
}

const READ_LIMITS: ReadLimits = { eventsMax: EVENTS_MAX, bytesMax: BATCH_BYTES_MAX };
const ONE_EVENT: ReadLimits = { eventsMax: 1, bytesMax: 1 };

export class Relay implements Service {
  readonly #options: RelayOptions;
  readonly #loop: Loop;
  readonly #rows: RowsAhead;
  readonly #skipping = new Skipping();
  #lease: SourceLease | null = null;
  #turn: Turn | null = null;
  #sleepMs = 0;
  /** Nothing is left, and it waits for more. */
  #isWaiting = false;
  /** A hint came while it was at work. */
  #wasHinted = false;
  /** The position of the sink with which the source was told that it has lost something. */
  #lossTold: EventId | null = null;
  /** The last refusal of a source that is copied into. */
  #busy: unknown = null;
  /** The last one of a source whose epoch is over. */
  #over: unknown = null;
  /** It was met, and nothing has gone well since. */
  #hasMetEnd = false;

  constructor(options: RelayOptions) {
    const { backoff, onError, onLastError } = options;
    this.#options = options;
    this.#rows = new RowsAhead((after) => this.#read(after));
    const step = () => this.#step();
    this.#loop = new Loop({ backoff, onError, step, ...(onLastError && { onLastError }) });
  }

  start(): Promise<void> {
    return this.#loop.start();
  }

  /** Lets a write at hand finish. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.release();
  }

  /** Tells a write at hand to end. */
  abort(): void {
    this.#lease?.giveUp();
  }

  /** Something may have been committed. No pause after a failure gets shorter, nor that of who waits for a turn. */
  hint(): void {
    if (this.#isWaiting) this.#loop.hint();
    else this.#wasHinted = true;
  }

  /** Writes one batch. */
  async round(): Promise<RelayRound> {
    try {
      // Held at once, so that a failure gives the lease back.
      this.#lease ??= await this.#options.source.take();
      if (this.#lease === null) return 'another-is-at-work';
      this.#turn ??= await this.#open(this.#lease);
      const round = await this.#carry(this.#lease, this.#turn);
      this.#hasMetEnd = false;
      return round;
    } catch (error) {
      // Where the sink stands is asked anew, whatever has happened.
      await this.release();
      // The sink may well be of the next one, too: it is looked at anew, and only then is something wrong.
      if (error !== this.#over || this.#hasMetEnd) throw error;
      this.#hasMetEnd = true;
      return 'copied';
    }
  }

  /** Lets another relay go on. */
  async release(): Promise<void> {
    const [lease, turn] = [this.#lease, this.#turn];
    this.#lease = null;
    this.#turn = null;
    this.#rows.forget();
    if (turn !== null) {
      await lease?.moveCursor(turn.told, turn.epoch).catch(() => {});
      await this.#closeSink();
    }
    await lease?.release();
  }

  async #step(): Promise<number> {
    this.#isWaiting = false;
    this.#wasHinted = false;
    const round = await this.#roundUnlessBusy();
    const hasMore = round === 'copied' || (round === 'nothing-left' && this.#wasHinted);
    this.#sleepMs = nextSleepMs(this.#sleepMs, hasMore ? 'full' : 'nothing', this.#options.pace);
    this.#isWaiting = !hasMore && round === 'nothing-left';
    return this.#sleepMs;
  }

  /** Half a copy is nobody's to read: it waits for the end as for the next event. */
  async #roundUnlessBusy(): Promise<RelayRound> {
    try {
      return await this.round();
    } catch (error) {
      if (error !== this.#busy) throw error;
      return 'nothing-left';
    }
  }

  /** Where the sink stands; the cursor is brought up to it. */
  async #open(lease: SourceLease): Promise<Turn> {
    const { source, sink } = this.#options;
    const { cursor } = lease;
    const before = await source.end();
    const own = await sink
      .open({ id: cursor, epoch: before.epoch }, lease.ended)
      .catch(async (error) => {
        await this.#refuse(error, lease, async () => this.#nextBehind(cursor, before.epoch));
        throw error;
      });
    // Asked for behind the opening, which may take long: from now on everything is of this epoch.
    const end = await source.end();
    const { epoch, forks } = end;
    try {
      // One that keeps no position stands at the cursor, as that was found before.
      await this.#requireSameHistory(own ?? { id: cursor, epoch: before.epoch }, end, cursor);
      if (own !== null) {
        await lease.moveCursor(own.id, epoch);
      }
    } catch (error) {
      await this.#closeSink();
      throw error;
    }
    const position = own?.id ?? cursor;
    // Due at once: a sink that keeps failing behind events that it does not want gets past these, and its pause grows.
    return { epoch, forks, position, told: position, toldAtMs: Number.NEGATIVE_INFINITY };
  }

  async #requireSameHistory(own: SinkPosition, end: SourceEnd, cursor: EventId): Promise<void> {
    const { source, sink } = this.#options;
    const { newest } = end;
    const at = minId(sharedUpTo(end, own.epoch) ?? newest, newest);
    const isBeyond = compareIds(own.id, at) > 0;
    const other = isBeyond ? null : await this.#otherEvent(cursor);
    if (!isBeyond && other === null) return;
    if (isBeyond) await this.#tellOfLoss(own, end);
    const { epoch } = await source.end();
    throw new ServiceError('HistoryForked', {
      message: `${sink.title} holds events of another history than the active database.`,
      // Where they part before an event that is another one, only a comparison of all of them shows.
      details: { stream: source.stream, at: other ?? at, position: own.id, epoch },
    });
  }

  /**
   * A database that was restored gives ids again, to other events. Its cursor is restored as well, so what a sink has
   * beyond it was not discarded, and can be compared. Gives the id before the event that is another one, or null.
   */
  async #otherEvent(cursor: EventId): Promise<EventId | null> {
    const held = (await this.#options.sink.last?.()) ?? null;
    if (held === null || compareIds(held[0], cursor) <= 0) return null;
    const before = idPlus(held[0], -1);
    const [event] = await this.#read(before, ONE_EVENT);
    if (event?.[0] !== held[0]) return null;
    return lineText(held) === lineText(event) ? null : before;
  }

  /**
   * The database may not know that it has lost what the sink has, and would be at its position again after a while.
   * Once for each position: of a sink that has forgotten of which epoch that is, it would never end.
   */
  async #tellOfLoss(own: SinkPosition, end: SourceEnd): Promise<void> {
    const { source, sink } = this.#options;
    const isOfNow = own.epoch >= end.epoch;
    if (sink.last === undefined || !isOfNow || own.id === this.#lossTold) return;
    this.#lossTold = own.id;
    await source.miss?.(own);
  }

  async #closeSink(): Promise<void> {
    const { sink, onError } = this.#options;
    await sink.close().catch((error) => onError(error, 0));
  }

  async #carry(lease: SourceLease, turn: Turn): Promise<RelayRound> {
    const { filter, batchMax, checkpointMs } = this.#options;
    const { told: after, epoch, forks } = turn;
    turn.position = this.#skipping.goOn(turn.position);
    const rows = await this.#rowsBehind(turn);
    const eventsMax = this.#skipping.eventsMax(turn.position, batchMax);
    // The read has bounded the bytes.
    const limits = { eventsMax, bytesMax: Number.POSITIVE_INFINITY };
    const { events, upTo } = cutRows(rows, turn.position, filter, limits);
    if (!(await lease.isHeld())) {
      await this.release();
      return 'another-is-at-work';
    }
    this.#rows.goOn(rows, upTo);
    turn.position = upTo;
    const isDue = upTo !== after && systemClock.monotonicMs() - turn.toldAtMs >= checkpointMs;
    if (events.size > 0 || isDue) {
      await this.#write({ events, after, upTo, epoch, forks }, lease);
      turn.told = upTo;
      turn.toldAtMs = systemClock.monotonicMs();
    }
    const isAtEnd = rows.length === 0;
    if (isAtEnd || lease.isMoveDue) await lease.moveCursor(turn.told, epoch);
    return isAtEnd ? 'nothing-left' : 'copied';
  }

  async #read(after: EventId, limits = READ_LIMITS): Promise<readonly EventRow[]> {
    try {
      return await this.#options.source.read(after, limits);
    } catch (error) {
      if (isServiceError(error) && error.code === 'StreamBusy') this.#busy = error;
      if (isServiceError(error) && error.code === 'HistoryForked') this.#over = error;
      throw error;
    }
  }

  async #rowsBehind(turn: Turn): Promise<readonly EventRow[]> {
    try {
      return await this.#rows.take(turn.position);
    } catch (error) {
      const { onGap } = this.#options;
      if (onGap === undefined || !isServiceError(error) || error.code !== 'CursorTooOld')
        throw error;
      const earliest = error.details.earliest as EventId;
      onGap({ after: turn.position, earliest });
      turn.position = idPlus(earliest, -1);
      return this.#rows.take(turn.position);
    }
  }

  async #write(batch: Batch, lease: SourceLease): Promise<void> {
    const { sink, onWritten } = this.#options;
    try {
      await sink.write(batch, lease.ended);
    } catch (error) {
      await this.#refuse(error, lease, async () => batch);
      throw error;
    }
    onWritten?.(batch.events.size);
  }

  /** What the sink has thrown counts against what it was to take. */
  async #refuse(
    error: unknown,
    lease: SourceLease,
    batchAtHand: () => Promise<Batch>,
  ): Promise<void> {
    const { onSkipped } = this.#options;
    // What ends because it was told to is no refusal.
    if (onSkipped === undefined || lease.ended.aborted) return;
    const skipped = this.#skipping.onFailed(await batchAtHand(), error);
    if (skipped !== null) onSkipped(skipped, error);
  }

  /** The event that a sink would be given next that cannot be opened. */
  async #nextBehind(after: EventId, epoch: number): Promise<Batch> {
    const position = this.#skipping.goOn(after);
    const rows = await this.#rows.take(position);
    const limits = { eventsMax: 1, bytesMax: Number.POSITIVE_INFINITY };
    return { ...cutRows(rows, position, this.#options.filter, limits), after, epoch };
  }
}
