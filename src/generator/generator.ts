// Events come in and get their ids: checks each draft and hands it to the stream's group commit.
import { systemClock } from '../base/clock.ts';
import type { Service } from '../base/lifecycle.ts';
import { ServiceError, streamNotFound } from '../contract/errors.ts';
import type { Draft } from '../contract/event.ts';
import { type EventId, idPlus } from '../contract/event-id.ts';
import { EVENTS_MAX } from '../contract/limits.ts';
import type { KeyedCall, Store } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type CheckedDraft, checkDraft } from './draft.ts';
import { GroupCommit } from './group-commit.ts';
import { namingKey, type Origin } from './origin.ts';

export interface GeneratorOptions extends Pick<Telemetry, 'metrics' | 'notices'> {
  readonly store: Store;
  readonly streams: readonly string[];
  /** Told after each flush, so that readers look at once. */
  readonly onAppended: (stream: string) => void;
  readonly limits: {
    readonly eventBytesMax: number;
    readonly queueMax: number;
    readonly queueBytesMax: number;
    readonly databaseWaitMs?: number;
  };
}

export class Generator implements Service {
  readonly #options: GeneratorOptions;
  readonly #commits: ReadonlyMap<string, GroupCommit>;

  constructor(options: GeneratorOptions) {
    this.#options = options;
    this.#commits = new Map(
      options.streams.map((stream) => [
        stream,
        new GroupCommit({
          ...options.limits,
          append: (drafts) => this.#append(stream, drafts),
          appendKeyed: (calls) => this.#appendKeyed(stream, calls),
        }),
      ]),
    );
  }

  async start(): Promise<void> {}

  /** Answers every call that was taken, and refuses new ones with `ShuttingDown`. */
  async stop(): Promise<void> {
    await Promise.all([...this.#commits.values()].map((commit) => commit.close()));
  }

  /**
   * Appends one event and gives its id once it is committed. `data` is JSON text that is known to parse. Under a key
   * that was used before, the same content gives the id of that time, and other content `IdempotencyConflict`.
   */
  addEvent(stream: string, draft: Draft, origin: Origin = {}): Promise<EventId> {
    return this.#add(stream, [draft], origin);
  }

  /** Appends up to 1000 events, together or not at all; their ids are contiguous. */
  async addEvents(
    stream: string,
    drafts: readonly Draft[],
    origin: Origin = {},
  ): Promise<{ first: EventId; last: EventId }> {
    if (drafts.length === 0 || drafts.length > EVENTS_MAX) {
      throw new ServiceError('InvalidRequest', { message: `events: 1 to ${EVENTS_MAX} are taken` });
    }
    const first = await this.#add(stream, drafts, origin);
    return { first, last: idPlus(first, drafts.length - 1) };
  }

  /** Sets the gauges of what waits. For each call it would cost a tenth of the call. */
  setGauges(): void {
    for (const [stream, commit] of this.#commits) {
      this.#options.metrics.flushQueue.set({ stream }, commit.waitingEvents);
    }
  }

  /** Throws `StreamNotFound`. */
  requireStream(stream: string): void {
    this.#commitOf(stream);
  }

  #commitOf(stream: string): GroupCommit {
    const commit = this.#commits.get(stream);
    if (commit === undefined) throw streamNotFound(stream);
    return commit;
  }

  // Not async up to the queue: calls keep the order in which they came.
  #add(stream: string, drafts: readonly Draft[], origin: Origin): Promise<EventId> {
    const { limits, notices } = this.#options;
    const commit = this.#commitOf(stream);
    const checked = drafts.map((draft) => checkDraft(draft, limits.eventBytesMax));
    try {
      const answer = commit.add(checked, origin);
      return origin.key === undefined ? answer : answer.catch(namingKey(origin.key));
    } catch (error) {
      if ((error as ServiceError).code === 'DefenseRejected') {
        notices.give('queueOverflow', { stream, queue: 'generator', count: drafts.length });
      }
      throw error;
    }
  }

  async #append(stream: string, drafts: readonly CheckedDraft[]) {
    const startedMs = systemClock.monotonicMs();
    const appended = await this.#options.store.append(stream, drafts);
    this.#tell(stream, { startedMs, events: drafts.length, moved: appended.moved });
    return appended;
  }

  async #appendKeyed(stream: string, calls: readonly KeyedCall[]) {
    const { store, metrics } = this.#options;
    const startedMs = systemClock.monotonicMs();
    const { answers, appended, repeated, moved } = await store.appendKeyed(stream, calls);
    metrics.repeatedCalls.inc({ stream }, repeated);
    this.#tell(stream, { startedMs, events: appended, moved });
    return answers;
  }

  #tell(stream: string, flush: { startedMs: number; events: number; moved: number }): void {
    const { metrics, onAppended } = this.#options;
    const { startedMs, events, moved } = flush;
    metrics.flushSeconds.observe({ stream }, (systemClock.monotonicMs() - startedMs) / 1000);
    metrics.flushEvents.observe({ stream }, events);
    metrics.appended.inc({ stream }, events);
    metrics.moved.inc({ stream }, moved);
    onAppended(stream);
  }
}
