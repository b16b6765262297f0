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
import { ServiceError } from '../contract/errors.ts';
import { compareIds, type EventId } from '../contract/event-id.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../contract/limits.ts';
import { cutRows, type TypeFilter } from '../feed/cut.ts';
import type { ReadLimits } from '../store/store.ts';
import { RowsAhead } from './rows-ahead.ts';
import type { Sink, SinkPosition } from './sink.ts';
import type { Source, SourceLease } from './source.ts';

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
}

/** What one round came to. */
export type RelayRound = 'copied' | 'nothing-left' | 'another-is-at-work';

/** From the sink's opening to its closing. */
interface Turn {
  readonly epoch: number;
  /** Up to where events were read. */
  position: EventId;
  /** Up to where the sink was told of them: it has those that it wants. */
  told: EventId;
  toldAtMs: number;
}

const READ_LIMITS: ReadLimits = { eventsMax: EVENTS_MAX, bytesMax: BATCH_BYTES_MAX };

export class Relay implements Service {
  readonly #options: RelayOptions;
  readonly #loop: Loop;
  readonly #rows: RowsAhead;
  #lease: SourceLease | null = null;
  #turn: Turn | null = null;
  #sleepMs = 0;
  /** Nothing is left, and it waits for more. */
  #isWaiting = false;
  /** A hint came while it was at work. */
  #wasHinted = false;

  constructor(options: RelayOptions) {
    const { source, backoff, onError, onLastError } = options;
    this.#options = options;
    this.#rows = new RowsAhead((after) => source.read(after, READ_LIMITS));
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
      return await this.#carry(this.#lease, this.#turn);
    } catch (error) {
      // Where the sink stands is asked anew, whatever has happened.
      await this.release();
      throw error;
    }
  }

  /** Lets another relay go on. */
  async release(): Promise<void> {
    const [lease, turn] = [this.#lease, this.#turn];
    this.#lease = null;
    this.#turn = null;
    this.#rows.forget();
    if (turn !== null) {
      await lease?.moveCursor(turn.told).catch(() => {});
      await this.#closeSink();
    }
    await lease?.release();
  }

  async #step(): Promise<number> {
    this.#isWaiting = false;
    this.#wasHinted = false;
    const round = await this.round();
    const hasMore = round === 'copied' || (round === 'nothing-left' && this.#wasHinted);
    this.#sleepMs = nextSleepMs(this.#sleepMs, hasMore ? 'full' : 'nothing', this.#options.pace);
    this.#isWaiting = !hasMore && round === 'nothing-left';
    return this.#sleepMs;
  }

  /** Where the sink stands; the cursor is brought up to it. */
  async #open(lease: SourceLease): Promise<Turn> {
    const { source, sink } = this.#options;
    const { cursor } = lease;
    const { epoch } = await source.end();
    const own = await sink.open({ id: cursor, epoch }, lease.ended);
    try {
      if (own !== null) {
        await this.#requireSameHistory(own, epoch);
        await lease.moveCursor(own.id);
      }
    } catch (error) {
      await this.#closeSink();
      throw error;
    }
    const position = own?.id ?? cursor;
    // Due at once: a sink that keeps failing behind events that it does not want gets past these, and its pause grows.
    return { epoch, position, told: position, toldAtMs: Number.NEGATIVE_INFINITY };
  }

  async #requireSameHistory(own: SinkPosition, epoch: number): Promise<void> {
    const { source, sink } = this.#options;
    const { newest } = await source.end();
    if (own.epoch === epoch && compareIds(own.id, newest) <= 0) return;
    throw new ServiceError('HistoryForked', {
      message: `${sink.title} holds events of another history than the active database.`,
      details: { stream: source.stream, at: newest, position: own.id },
    });
  }

  async #closeSink(): Promise<void> {
    const { sink, onError } = this.#options;
    await sink.close().catch((error) => onError(error, 0));
  }

  async #carry(lease: SourceLease, turn: Turn): Promise<RelayRound> {
    const { sink, filter, batchMax: eventsMax, checkpointMs } = this.#options;
    const { told: after, epoch } = turn;
    const rows = await this.#rows.take(turn.position);
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
      await sink.write({ events, after, upTo, epoch }, lease.ended);
      turn.told = upTo;
      turn.toldAtMs = systemClock.monotonicMs();
    }
    const isAtEnd = rows.length === 0;
    if (isAtEnd || lease.isMoveDue) await lease.moveCursor(turn.told);
    return isAtEnd ? 'nothing-left' : 'copied';
  }
}
