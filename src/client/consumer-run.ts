// One run of a consumer: sessions, one after the other, until it ends.
//
// reading -> (connection lost, server stopping, database away) a pause that grows -> reading. A registered consumer
// then goes on from its cursor, so what it had not acknowledged comes again; LIVE goes on behind the last batch that it
// handled.
// reading -> (aborted, had enough, the end of a sealed stream) the batch at hand is handled, the last acknowledgement
// is said again -> ended.
// reading -> (what no waiting can cure: no right, taken over, unregistered) failed.
import { backoffMs } from '../base/backoff.ts';
import { systemClock } from '../base/clock.ts';
import { inTime } from '../base/in-time.ts';
import { Mutex } from '../base/mutex.ts';
import { compareIds, type EventId } from '../contract/event-id.ts';
import type { Fork, History } from '../contract/forks.ts';
import type { From, Want } from '../contract/generated/types.ts';
import { isCallError, isFinal, isTakenOver, isTransient } from './call-error.ts';
import type { Caller } from './caller.ts';
import type { ConsumerOptions, OnEvents } from './consumer-options.ts';
import { Enough } from './enough.ts';
import type { Position, ReceivedBatch, WireBatch } from './received-batch.ts';
import { type Calling, isLive, type Reading, type Receiver } from './receiver.ts';
import { Refusal, type Taken } from './refusal.ts';

export interface ConsumerRunOptions
  extends Pick<ConsumerOptions, 'onReady' | 'onTrouble' | 'onEnd'> {
  readonly component: string;
  readonly stream: string;
  readonly want: Want;
  readonly from: From | undefined;
  readonly parkAfter: number | null | undefined;
  readonly position: Position | null;
  readonly settleMs: number;
  readonly caller: Caller;
  readonly receiver: Receiver;
  readonly onEvents: OnEvents;
  /** Told of each step forward. */
  readonly onPosition: (position: Position) => void;
  readonly signal: AbortSignal | undefined;
}

const BACKOFF = { firstMs: 100, maxMs: 10_000 };
const RETRY_MS_MAX = 60_000;
/** A session that lasted so long is no failure that the next one would follow from. */
const SOUND_MS = 10_000;

export class ConsumerRun implements Reading {
  readonly component: string;
  readonly stream: string;
  readonly want: Want;
  readonly from: From | undefined;
  readonly ending: AbortSignal;
  readonly #options: ConsumerRunOptions;
  readonly #turns = new Mutex();
  readonly #enough = new AbortController();
  #position: Position | null;
  /** Where the first batch of this epoch began: what it was given and has not handled can be missed too. */
  #begunAt: Position | null = null;
  /** As the last batch has it. */
  #history: History = { epoch: 1, forks: [] };
  /** What a handler or a callback ended the run with. */
  #failure: { readonly error: unknown } | null = null;
  #isRegistered = false;
  /** Everything up to here is known to be stored as acknowledged. */
  #acknowledged: Position | null = null;
  #isOver = false;
  #seq = 0;
  #failures = 0;
  #readyAtMs = Number.POSITIVE_INFINITY;

  constructor(options: ConsumerRunOptions) {
    this.#options = options;
    this.component = options.component;
    this.stream = options.stream;
    this.want = options.want;
    this.from = options.from;
    this.#position = options.position;
    const { signal } = this.#enough;
    this.ending = options.signal === undefined ? signal : AbortSignal.any([options.signal, signal]);
  }

  get position(): Position | null {
    return this.#position;
  }

  /** Resolves when it was ended; rejects when it cannot go on. Nothing is handed to the handler behind either. */
  async run(): Promise<void> {
    try {
      await this.#read();
      await this.#settle();
    } catch (error) {
      this.#isOver = true;
      await this.settled();
      throw error;
    } finally {
      this.#isOver = true;
    }
    if (this.#failure !== null) throw this.#failure.error;
  }

  async #read(): Promise<void> {
    while (!this.ending.aborted) {
      this.#readyAtMs = Number.POSITIVE_INFINITY;
      try {
        await this.#options.receiver.session(this);
      } catch (error) {
        if (this.ending.aborted) break;
        if (!isTransient(error) || isTakenOver(error)) throw error;
        this.trouble(error);
        if (systemClock.monotonicMs() - this.#readyAtMs > SOUND_MS) this.#failures = 0;
        await systemClock.sleep(this.#pauseMs(error), this.ending);
        this.#failures += 1;
      }
    }
  }

  async register(call: Calling): Promise<void> {
    if (this.#isRegistered) return;
    const { component, stream, from } = this;
    const { parkAfter } = this.#options;
    await call('registerConsumer', {
      component,
      stream,
      ...(from && { from }),
      ...(parkAfter && { park_after: parkAfter }),
    });
    this.#isRegistered = true;
  }

  idle(): Promise<void> {
    return this.#turns.run(async () => {});
  }

  async settled(): Promise<void> {
    await inTime(this.idle(), this.#options.settleMs);
  }

  async acknowledge(call: Calling): Promise<void> {
    const position = this.#position;
    if (position === null || position === this.#acknowledged) return;
    try {
      await call('pollEvents', this.#acknowledgement(position));
    } catch (error) {
      if (this.goesBack(error)) return this.acknowledge(call);
      // Where nobody may poll, what was not acknowledged by an answer comes again.
      if (!isNotServed(error)) throw error;
    }
    this.#acknowledged = position;
  }

  goesBack(error: unknown): boolean {
    const isForked = isCallError(error) && error.code === 'HistoryForked';
    if (!isForked || isLive(this)) return false;
    const { at, epoch } = error.details;
    // A server that does not say so is of an older version.
    if (typeof at !== 'string' || typeof epoch !== 'number') return false;
    this.trouble(error);
    this.#moveTo({ id: at, epoch });
    return true;
  }

  beginAt(position: Position): void {
    this.#moveTo(position);
  }

  ready(): void {
    this.#readyAtMs = systemClock.monotonicMs();
    this.#tell(() => this.#options.onReady?.());
  }

  trouble(error: unknown): void {
    this.#tell(() => this.#options.onTrouble?.(error));
  }

  take(batch: WireBatch, session?: AbortSignal): Promise<Taken> {
    return this.#turns.run(async () => {
      if (this.#isOver || this.ending.aborted || session?.aborted) return null;
      const forks = await this.#forksOf(batch.epoch);
      this.#failures = 0;
      const numbered = { ...batch, forks, seq: this.#seq, missed: this.#missedBefore(batch) };
      const taken = await this.#handle(numbered);
      if (taken === true) this.#seq += 1;
      return taken;
    });
  }

  /** LIVE is tried again here: a server sends it nothing twice. */
  async #handle(batch: ReceivedBatch): Promise<Taken> {
    for (let refusals = 0; ; refusals += 1) {
      const taken = await this.#offer(batch);
      if (!(taken instanceof Refusal && isLive(this))) return taken;
      await systemClock.sleep(backoffMs(refusals, BACKOFF), this.ending);
      if (this.#isOver || this.ending.aborted) return null;
    }
  }

  async #offer(batch: ReceivedBatch): Promise<Taken> {
    try {
      const result = await this.#options.onEvents(batch);
      const isEnough = result instanceof Enough;
      this.#moveTo({ id: isEnough ? result.id : batch.upTo, epoch: batch.epoch });
      if (!isEnough && batch.isEnd) this.#end();
      if (!isEnough) return true;
      this.#enough.abort();
    } catch (error) {
      if (isFinal(error)) this.#fail(error);
      else this.trouble(error);
      if (!this.#enough.signal.aborted) return new Refusal(error);
    }
    return null;
  }

  /** What a callback throws would be nobody's: it ends the run. */
  #tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Nothing follows: the answer to the last batch still goes out. */
  #end(): void {
    const { position } = this;
    if (position !== null) this.#tell(() => this.#options.onEnd?.(position));
    this.#enough.abort();
  }

  #fail(error: unknown): void {
    this.#failure = { error };
    this.#enough.abort();
  }

  /** Forward only; and not by a handler that was not waited for. */
  #moveTo(position: Position): void {
    const before = this.#position;
    const isBack =
      before?.epoch === position.epoch &&
      compareIds(position.id as EventId, before.id as EventId) < 0;
    if (this.#isOver || isBack) return;
    this.#position = position;
    this.#options.onPosition(position);
  }

  /** Asked for once in an epoch. A LIVE reader, which is sent nothing twice, may go without. */
  async #forksOf(epoch: number): Promise<readonly Fork[]> {
    if (epoch === 1) return [];
    if (this.#history.epoch === epoch) return this.#history.forks;
    const { caller } = this.#options;
    const asked = caller.call('streamInfo', { stream: this.stream }, { signal: this.ending });
    const info = await (isLive(this) ? asked.catch(() => null) : asked);
    const forks = (info?.forks ?? [])
      .filter((fork) => fork.epoch <= epoch)
      .map((fork) => ({ epoch: fork.epoch, beganAfter: fork.began_after as EventId }));
    this.#history = { epoch, forks };
    return forks;
  }

  /** Ids of two epochs are of two histories, and cannot be compared. */
  #missedBefore({ after, epoch }: WireBatch): ReceivedBatch['missed'] {
    if (this.#begunAt?.epoch !== epoch) this.#begunAt = { id: after, epoch };
    const before = this.#position ?? this.#begunAt;
    if (before.epoch !== epoch) return null;
    const isJoined = compareIds(after, before.id as EventId) <= 0;
    return isJoined ? null : { after: before.id, upTo: after };
  }

  #pauseMs(error: unknown): number {
    const asked = isCallError(error) ? Number(error.details.retryAfterMs ?? 0) : 0;
    return Math.max(backoffMs(this.#failures, BACKOFF), Math.min(asked, RETRY_MS_MAX));
  }

  /**
   * An acknowledgement that was on its way when the socket closed may be lost, half a batch cannot be acknowledged by
   * answering, and who polls has not asked again: a poll says it, and is answered only when the cursor is stored.
   */
  async #settle(): Promise<void> {
    const { settleMs, caller } = this.#options;
    await this.settled();
    if (isLive(this) || this.#position === null || !this.#isRegistered) return;
    const params = this.#acknowledgement(this.#position);
    const acknowledged = caller.call('pollEvents', params, { timeoutMs: settleMs });
    // Who has had enough counts on it; who was told to stop gets these events once more at worst.
    const isCountedOn = this.#enough.signal.aborted && this.#failure === null;
    await (isCountedOn ? acknowledged : acknowledged.catch(() => {}));
  }

  #acknowledgement({ id: last_id, epoch }: Position) {
    return { component: this.component, stream: this.stream, last_id, epoch, limit: 1 };
  }
}

function isNotServed(error: unknown): boolean {
  return isCallError(error) && (error.code === 'Unauthorized' || error.code === 'UnknownMethod');
}
