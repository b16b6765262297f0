// A consumer over the whole of a run: it comes and goes, on any node and by any of its ways, and keeps nothing between
// two sessions but what it has acknowledged.
import type { Random } from '../../support/random.ts';
import { call } from '../../support/rpc.ts';
import type { Batch } from '../history.ts';
import type { Addresses } from '../nodes.ts';
import type { Recorder } from '../recorder.ts';

export interface ReaderOptions {
  readonly name: string;
  readonly want: readonly string[] | null;
  readonly isLive: boolean;
  readonly ways: readonly Way[];
  readonly random: Random;
  readonly recorder: Recorder;
  readonly nodes: Addresses;
  /** True when it may go for good, having acknowledged so much. */
  readonly isDone: (acknowledged: string) => boolean;
}

/** One connection, or some polls after each other. */
export type Way = (session: ReaderSession) => Promise<void>;

/** Answers that a consumer meets while nodes come and go and connections are cut; it comes back later. */
const PASSING = [
  'StoreUnavailable',
  'ShuttingDown',
  'DefenseRejected',
  'ConsumerBusy',
  'OutcomeUnknown',
];

const CONFIRM_MS_MAX = 1000;

/** Gives up on what does not come; the node may be gone without a word. */
const ANSWER_MS_MAX = 15_000;

export async function read(options: ReaderOptions): Promise<void> {
  const { random, recorder, name, ways, want, isLive } = options;
  const reader = new Reader(options);
  while (!options.isDone(reader.kept)) {
    const session = new ReaderSession(reader, recorder.session());
    const way = ways[random.below(ways.length)] as Way;
    await way(session).catch((error) => {
      if (!isPassing(error)) {
        recorder.unexpected.push(`${name}: ${error.stack ?? JSON.stringify(error)}`);
      }
    });
    if (!isLive && random.chance(0.3)) await confirm(reader);
    await pause(random.below(30));
  }
  recorder.consumers.push({ name, want, isLive, acknowledged: reader.kept });
}

/** What it keeps. */
class Reader {
  readonly options: ReaderOptions;
  /** The greatest position that it ever sent as acknowledged; stored before it is sent, as a consumer has to. */
  kept = '0';

  constructor(options: ReaderOptions) {
    this.options = options;
  }
}

/** What it remembers while it is connected. */
export class ReaderSession {
  readonly options: ReaderOptions;
  readonly #reader: Reader;
  readonly #session: number;
  /** The parameters of a subscription or a poll, as every envelope has them. */
  readonly params: { component: string; want: readonly string[] | null };

  constructor(reader: Reader, session: number) {
    this.options = reader.options;
    this.#reader = reader;
    this.#session = session;
    const { isLive, name, want } = reader.options;
    this.params = { component: isLive ? 'LIVE' : name, want };
  }

  /** Of the same consumer, in another process. */
  another(): ReaderSession {
    return new ReaderSession(this.#reader, this.options.recorder.session());
  }

  get kept(): string {
    return this.#reader.kept;
  }

  get isDone(): boolean {
    return this.options.isDone(this.kept);
  }

  now(): number {
    return this.options.recorder.now();
  }

  keep(position: string): void {
    if (Number(position) > Number(this.kept)) this.#reader.kept = position;
  }

  record(batch: Omit<Batch, 'consumer' | 'session' | 'receivedAt' | 'events'>, events: Event[]) {
    const { recorder, name } = this.options;
    const rows = events.map(({ id, type, data }) => recorder.row({ id, type, key: String(data) }));
    recorder.batches.push({
      ...batch,
      consumer: name,
      session: this.#session,
      receivedAt: this.now(),
      events: rows,
    });
  }

  /** Waits until the connection is gone, or this consumer has no more business. */
  async stay(closed: Promise<unknown>): Promise<void> {
    let isGone = false;
    closed.then(() => {
      isGone = true;
    });
    while (!isGone && !this.isDone) await pause(10);
  }
}

/** An event as every wire has it. */
export interface Event {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Rejects when no answer comes. */
export function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('No answer came.')), ANSWER_MS_MAX);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Without a code it is a connection that failed, unless it is a fault of our own. */
function isPassing(error: { name?: string; message?: string; data?: { code?: string } }): boolean {
  const code = error.data?.code;
  if (code !== undefined) return PASSING.includes(code);
  return error.name !== 'TypeError' || error.message === 'fetch failed';
}

/**
 * Looks until what it has acknowledged is stored. An acknowledgement on a connection that is thrown away may be lost,
 * so this may well not come, and then nothing is known.
 */
async function confirm(reader: Reader): Promise<void> {
  const { name, recorder, nodes, random } = reader.options;
  const deadline = performance.now() + CONFIRM_MS_MAX;
  const upTo = reader.kept;
  while (performance.now() < deadline) {
    const consumers = await call(nodes.url(random), 'listConsumers').catch(() => []);
    const own = consumers.find((each: { component: string }) => each.component === name);
    if (own !== undefined && Number(own.cursor) >= Number(upTo)) {
      recorder.acknowledgements.push({ consumer: name, upTo, at: recorder.now() });
      return;
    }
    await pause(30);
  }
}
