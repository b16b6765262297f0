// The state of one stream as this node's clients are given it. However many come at once, it is read and worded once
// for all of them; and as long as nothing has changed it is not read again.
import { systemClock } from '../base/clock.ts';
import { ServiceError } from '../contract/errors.ts';
import { compareIds, type EventId, maxId, minId, NO_EVENT } from '../contract/event-id.ts';
import type { EventList } from '../contract/event-list.ts';
import { sharedUpTo } from '../contract/forks.ts';
import { wantFilter } from '../feed/cut.ts';
import type { Feed } from '../feed/feed.ts';
import type { ProjectionFacts, StateItem, Store } from '../store/store.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { isKey, type Projection } from './projection.ts';
import { stateParts } from './state-text.ts';

export interface StateViewOptions {
  readonly store: Store;
  readonly feed: Feed;
  readonly projection: Projection;
  readonly metrics: Metrics;
}

/** Which of it somebody is given. */
export interface StatePart {
  readonly kinds: readonly string[];
  /** One kind, without its name around it. */
  readonly isShort: boolean;
  /** Tells apart which kinds the same address means to callers who may see others; '' = all of those. */
  readonly mark: string;
}

/** Changes whenever the text of a part does. */
export interface StateVersion {
  /** Counts how often the state was begun: each may lack other events, which were discarded. */
  readonly generation: number;
  /** The newest that has changed something in it. */
  readonly version: EventId;
}

/** All items, as of an event. */
export interface WholeState extends StateVersion {
  readonly position: EventId;
  readonly epoch: number;
  /** Together the JSON text. */
  readonly parts: readonly Buffer[];
}

/** What has changed since an event, up to another one. */
export interface ChangedState {
  readonly position: EventId;
  readonly epoch: number;
  readonly generation: number;
  readonly items: readonly StateItem[];
}

interface Kept {
  readonly whole: WholeState;
  /** Of the stream, when it was made. */
  readonly epoch: number;
  readonly madeAtMs: number;
  readonly tookMs: number;
}

/** Who has missed more is given the whole, which is the same for all. */
const CHANGES_MAX = 1000;
const CHANGES_LENGTH_MAX = 1_048_576;
/**
 * While changes come in all the time, what is so many times as old as it took to make is good enough: what it lacks is
 * told behind it. So a small state is given as it is, and a large one is not made all the time.
 */
const FRESH_TIMES = 2;
const FRESH_MS_MAX = 1000;
/** So long after nobody has asked for it, it is not kept in memory any more. */
const IDLE_MS = 10_000;
/** Between two looks how far it is, for who waits for that. */
const LOOK_MS = 20;
const ONE_EVENT = { eventsMax: 1, bytesMax: 1 };

export class StateView {
  readonly projection: Projection;
  readonly #options: StateViewOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #making = new Map<string, Promise<WholeState>>();
  readonly #telling = new Map<string, Promise<ChangedState | null>>();
  readonly #forgetting = new Map<string, NodeJS.Timeout>();
  /** As it was at the last look of those who wait for more. */
  #seen: Pick<ProjectionFacts, 'cursor' | 'epoch'> = { cursor: NO_EVENT, epoch: 1 };
  #looking: Promise<void> | null = null;

  constructor(options: StateViewOptions) {
    this.#options = options;
    this.projection = options.projection;
  }

  get epoch(): number {
    return this.#options.feed.epoch;
  }

  /** True when all events that were there at its beginning are in it. */
  async isReady(): Promise<boolean> {
    const facts = await this.#options.store.states.find(this.projection.stream);
    return facts !== null && this.#isReady(facts);
  }

  /** Resolves when all events up to there are in it, whoever of all nodes makes it, or the signal aborts. */
  async reached(upTo: EventId, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && compareIds(this.#seenUpTo, upTo) < 0) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = null;
      });
      await this.#looking;
    }
  }

  /** Of the history of now. */
  get #seenUpTo(): EventId {
    const { cursor, epoch } = this.#seen;
    return minId(cursor, sharedUpTo(this.#options.feed, epoch) ?? cursor);
  }

  /** Resolves when what these events have done is in it, or the signal aborts. */
  async taken({ rows }: EventList, signal: AbortSignal): Promise<void> {
    const changing = new Set(this.projection.typesOf(this.projection.kinds));
    const last = rows.findLast(([, type]) => changing.has(type));
    if (last !== undefined) await this.reached(last[0], signal);
  }

  /** For who is told of all changes behind it. Throws `StateNotReady`. */
  async wholeToFollow(part: StatePart): Promise<WholeState> {
    return (await this.#stillGood(part)) ?? this.#makeOnce(part);
  }

  /** As it is: no older than `version`, which was asked for before. Throws `StateNotReady`. */
  async wholeAt(part: StatePart, wanted: StateVersion): Promise<WholeState> {
    const kept = this.#kept.get(keyOf(part));
    const isOfNow = kept?.epoch === this.epoch && kept.whole.generation === wanted.generation;
    if (isOfNow && kept.whole.version === wanted.version) return kept.whole;
    const whole = await this.#makeOnce(part);
    // What others had begun to make before may be older; what is begun behind that is not.
    return isOlder(whole, wanted) ? this.#makeOnce(part) : whole;
  }

  /** JSON text; null when it is not there. Throws `StateNotReady`. */
  async item({ kinds: [kind = ''] }: StatePart, key: string): Promise<string | null> {
    if (!isKey(key)) return null;
    const { store } = this.#options;
    const read = await store.states.readItem(this.projection.stream, { kind, key });
    if (read === null || !this.#isReady(read.facts)) throw notReady();
    return read.items[0]?.value ?? null;
  }

  /** Behind `after`; null when that cannot be told, or is too much. Throws `StateNotReady`. */
  changedSince(part: StatePart, after: EventId): Promise<ChangedState | null> {
    // Clients of a node that has gone come all at once, and most of them have heard the same.
    const key = `${keyOf(part)} ${part.mark} ${after}`;
    let telling = this.#telling.get(key);
    if (telling === undefined) {
      telling = this.#readChanges(part, after).finally(() => this.#telling.delete(key));
      this.#telling.set(key, telling);
    }
    return telling;
  }

  async #readChanges({ kinds }: StatePart, after: EventId): Promise<ChangedState | null> {
    const { store, feed } = this.#options;
    const ofAfter = this.epoch;
    const { stream } = this.projection;
    const change = { kinds, after, limit: CHANGES_MAX + 1 };
    if ((await store.states.lengthOfChanges(stream, change)) > CHANGES_LENGTH_MAX) return null;
    const read = await store.states.readChanges(stream, change);
    if (read === null || !this.#isReady(read.facts)) throw notReady();
    const { cursor, epoch, generation, resumableFrom } = read.facts;
    const isTold = compareIds(after, resumableFrom) >= 0 && read.items.length <= CHANGES_MAX;
    if (!isTold || compareIds(after, maxId(feed.newest, cursor)) > 0) return null;
    // Who has followed the events may be ahead of the state, and of an epoch in which that has not moved yet.
    const isAhead = compareIds(after, cursor) > 0;
    const position = isAhead ? { position: after, epoch: ofAfter } : { position: cursor, epoch };
    return { ...position, generation, items: read.items };
  }

  /** Changes whenever these kinds do. Throws `StateNotReady`. */
  async version({ kinds }: StatePart): Promise<StateVersion> {
    const { store } = this.#options;
    const { stream } = this.projection;
    const facts = await store.states.find(stream);
    if (facts === null || !this.#isReady(facts)) throw notReady();
    // Items that were removed are forgotten at some time, and their versions with them.
    const newest = await store.states.newestVersion(stream, kinds);
    const { generation, resumableFrom } = facts;
    return { generation, version: maxId(newest ?? resumableFrom, resumableFrom) };
  }

  /** One for all who wait. A database that is away is waited for too. */
  async #look(): Promise<void> {
    const { store } = this.#options;
    const facts = await store.states.find(this.projection.stream).catch(() => null);
    const isOurs = facts?.config === this.projection.config;
    const { cursor, epoch } = this.#seen;
    if (facts === null || !isOurs || (facts.cursor === cursor && facts.epoch === epoch)) {
      await systemClock.sleep(LOOK_MS);
    } else this.#seen = facts;
  }

  /** It is of another configuration while a node with that one is at work on it. */
  #isReady({ config, cursor, readyAt }: ProjectionFacts): boolean {
    return config === this.projection.config && compareIds(cursor, readyAt) >= 0;
  }

  #makeOnce(part: StatePart): Promise<WholeState> {
    const key = keyOf(part);
    let making = this.#making.get(key);
    if (making === undefined) {
      making = this.#make(part).finally(() => this.#making.delete(key));
      this.#making.set(key, making);
    }
    return making;
  }

  async #make(part: StatePart): Promise<WholeState> {
    const { store, metrics } = this.#options;
    const { stream } = this.projection;
    const beganAtMs = performance.now();
    const ofStream = this.epoch;
    // Before the items: a version that is behind them only makes somebody read them again.
    const { version } = await this.version(part);
    const read = await store.states.read(stream, part.kinds);
    if (read === null || !this.#isReady(read.facts)) throw notReady();
    const { cursor: position, epoch, generation } = read.facts;
    const parts = stateParts(read.items, part.kinds, part.isShort);
    metrics.statePuts.inc({ stream });
    const whole = { position, epoch, generation, version, parts };
    const madeAtMs = performance.now();
    const tookMs = madeAtMs - beganAtMs;
    this.#keep(keyOf(part), { whole, epoch: ofStream, madeAtMs, tookMs });
    return whole;
  }

  /** What was made last, if it is what it would be now, or nearly: then for the event that it is good for. */
  async #stillGood(part: StatePart): Promise<WholeState | null> {
    const { feed } = this.#options;
    const key = keyOf(part);
    const kept = this.#kept.get(key);
    if (kept === undefined) return null;
    const { whole, epoch, madeAtMs, tookMs } = kept;
    // What comes behind it must be had from memory, by each who is given it.
    if (epoch !== feed.epoch || !feed.isFollowing(whole.position)) return null;
    const filter = wantFilter(this.projection.typesOf(part.kinds));
    const { events, upTo } = await feed.cut(whole.position, filter, ONE_EVENT);
    const isSame = events.size === 0;
    const freshMs = Math.min(FRESH_MS_MAX, FRESH_TIMES * tookMs);
    if (!isSame && performance.now() - madeAtMs > freshMs) return null;
    const good = isSame ? { ...whole, position: upTo } : whole;
    this.#keep(key, { ...kept, whole: good });
    return good;
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.set(key, kept);
    clearTimeout(this.#forgetting.get(key));
    const forget = setTimeout(() => {
      this.#kept.delete(key);
      this.#forgetting.delete(key);
    }, IDLE_MS);
    this.#forgetting.set(key, forget.unref());
  }
}

function keyOf({ kinds, isShort }: StatePart): string {
  return `${isShort} ${kinds.join(' ')}`;
}

function isOlder(one: StateVersion, other: StateVersion): boolean {
  if (one.generation !== other.generation) return one.generation < other.generation;
  return compareIds(one.version, other.version) < 0;
}

function notReady(): ServiceError {
  return new ServiceError('StateNotReady');
}
