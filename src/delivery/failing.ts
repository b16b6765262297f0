// What follows when a consumer fails on a batch. It is kept with the consumer's row and not with a connection: every
// node and the next start know how often it has failed, on what, and when it is tried again.
//
// ordinary batches -> (one is refused, or its reader goes away with it) a pause -> the same events one by one, with a
// pause that grows wherever one is refused again -> behind the last of them ordinary batches. An event that has failed
// alone as often as its consumer's policy says is parked, and the consumer goes on behind it.
import { backoffMs } from '../base/backoff.ts';
import { type EventId, idPlus } from '../contract/event-id.ts';
import type { Feed } from '../feed/feed.ts';
import type { Failure, ParkedEvent, ParkedKey, Reader } from '../store/failures.ts';
import type { Store } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { AckWriter } from './ack-writer.ts';

export interface FailingOptions extends Telemetry {
  readonly store: Store;
  readonly acks: AckWriter;
  readonly limits: {
    /** The longest pause. */
    readonly retryMaxMs: number;
    /** Events parked for one consumer. */
    readonly parkedMax: number;
  };
}

/** A batch that was not acknowledged. */
export interface UnhandledBatch {
  readonly after: EventId;
  readonly upTo: EventId;
  /** The event that was alone; null when there were more, or none. */
  readonly onlyId: EventId | null;
}

/** How its reader goes on. */
export interface Verdict {
  readonly pauseMs: number;
  /** Behind it, when that is not where it stood. */
  readonly goesOnAt: EventId | null;
  /** Up to there one by one, when that is further than the batch. */
  readonly aloneUpTo: EventId | null;
}

/** Where a reader's failures are kept, for those whose cursor the service keeps. */
export interface FailureBook {
  /** What it failed on before it came, as long as that counts; null = nothing. */
  readonly before: { readonly aloneUpTo: EventId; readonly pauseMs: number } | null;
  /** `error`: in the consumer's words, null when it gave none. `tries`: in a row by this reader, this one left out. */
  fail(batch: UnhandledBatch, error: string | null, tries: number): Promise<Verdict>;
  /** The next parked event that is to be given once more; null when there is none. */
  takeParked(): Promise<ParkedEvent | null>;
  /** `isAcknowledged`: it is parked no more. */
  settleParked(key: ParkedKey, isAcknowledged: boolean, error: string | null): Promise<void>;
}

/** Whose book it is. */
export interface FailingReader extends Reader {
  readonly feed: Feed;
  /** Of which history its batches are. */
  readonly epoch: number;
  readonly ident: string;
  readonly cursor: EventId;
}

const FIRST_MS = 100;
/** Of what a consumer says of its failure, so much is kept. */
const ERROR_CHARS_MAX = 1000;
const SILENT = 'It was refused without a word.';

export class Failing {
  readonly #options: FailingOptions;

  constructor(options: FailingOptions) {
    this.#options = options;
  }

  /** `hasFailed`: false = it never has, and nothing needs to be looked up. */
  async bookOf(reader: FailingReader, hasFailed: boolean): Promise<FailureBook> {
    const { store } = this.#options;
    const { consumerId, cursor } = reader;
    const failure = hasFailed ? await store.failures.find(consumerId, cursor) : null;
    return {
      before: failure && this.#whatCounts(failure, cursor),
      fail: (batch, error, tries) => this.record(reader, batch, error, tries),
      takeParked: () => store.failures.takeParked(reader),
      settleParked: async (key, isAcknowledged, error) => {
        await store.failures.settleParked(reader, key, isAcknowledged ? null : kept(error));
        if (!isAcknowledged) this.#tellParked(reader, key, error);
      },
    };
  }

  /** Writes a failure down and says how to go on; never rejects. */
  async record(
    reader: FailingReader,
    batch: UnhandledBatch,
    error: string | null,
    tries: number,
  ): Promise<Verdict> {
    const { acks, logger } = this.#options;
    const { feed, ident } = reader;
    try {
      // The cursor has to be where this batch began.
      await acks.flush();
      return await this.#write(reader, batch, kept(error));
    } catch (failure) {
      logger.warn({ error: failure, stream: feed.stream, consumer: ident }, NOT_WRITTEN);
      return { pauseMs: this.#pauseMs(tries), goesOnAt: null, aloneUpTo: null };
    }
  }

  async #write(reader: FailingReader, batch: UnhandledBatch, error: string): Promise<Verdict> {
    const { store, limits } = this.#options;
    const { feed, epoch } = reader;
    const { after, upTo, onlyId } = batch;
    const event = onlyId === null ? null : await eventOf(feed, onlyId);
    const failed = { after, upTo, epoch, event, error };
    const outcome = await store.failures.record(reader, failed, {
      pauseMs: (tries) => this.#pauseMs(tries - 1),
      parkedMax: limits.parkedMax,
    });
    switch (outcome.kind) {
      case 'moved':
        return { pauseMs: 0, goesOnAt: outcome.cursor, aloneUpTo: null };
      case 'parked':
        this.#tell(reader, { id: onlyId as EventId, type: event?.[1] ?? '', error, ...outcome });
        return { pauseMs: 0, goesOnAt: upTo, aloneUpTo: null };
      case 'waits': {
        const { failure, isFull } = outcome;
        const { pauseMs, tries } = failure;
        this.#tellFailing(reader, { after, eventId: onlyId, tries, error, pauseMs, isFull });
        return { pauseMs, goesOnAt: null, aloneUpTo: failure.upTo };
      }
      case 'void':
        // Whoever replaced this reader ends it soon.
        return { pauseMs: this.#pauseMs(0), goesOnAt: null, aloneUpTo: null };
    }
  }

  /** A clock that was set back would make a pause longer than any is. */
  #whatCounts({ after, upTo, leftMs }: Failure, cursor: EventId): FailureBook['before'] {
    const { retryMaxMs } = this.#options.limits;
    const pauseMs = after === cursor ? Math.min(Math.max(leftMs, 0), retryMaxMs) : 0;
    return { aloneUpTo: upTo, pauseMs };
  }

  #pauseMs(attempt: number): number {
    return backoffMs(attempt, { firstMs: FIRST_MS, maxMs: this.#options.limits.retryMaxMs });
  }

  #tellFailing(
    { feed, ident: consumer }: FailingReader,
    facts: {
      after: EventId;
      eventId: EventId | null;
      tries: number;
      error: string;
      pauseMs: number;
      isFull: boolean;
    },
  ): void {
    const { notices, logger } = this.#options;
    const notice = { stream: feed.stream, consumer, ...facts };
    notices.give('consumerFailing', notice);
    logger.warn(notice, facts.isFull ? IS_FULL : 'A consumer fails, and is tried again.');
  }

  #tell(
    { feed, ident: consumer }: FailingReader,
    { id, type, error, tries }: { id: EventId; type: string; error: string; tries: number },
  ): void {
    const { notices, logger } = this.#options;
    const notice = { stream: feed.stream, consumer, id, type, error, tries };
    notices.give('eventParked', notice);
    logger.warn(notice, 'An event was parked, and its consumer goes on behind it.');
  }

  #tellParked({ feed, ident: consumer }: FailingReader, key: ParkedKey, error: string | null) {
    const facts = { stream: feed.stream, consumer, id: key.id, error: kept(error) };
    this.#options.logger.warn(facts, 'A parked event was refused again, and stays parked.');
  }
}

const NOT_WRITTEN = 'It could not be written down that a consumer has failed.';
const IS_FULL = 'A consumer fails, and waits: as many events as may be are parked for it.';

/** null when it is not to be had any more, so that it cannot be parked. */
async function eventOf(feed: Feed, id: EventId) {
  const { events } = await feed.cutFresh(idPlus(id, -1), null, { eventsMax: 1, bytesMax: 1 });
  const [row] = events.rows;
  return row?.[0] === id ? row : null;
}

/** Databases take no NUL and no half of a surrogate pair. */
function kept(error: string | null): string {
  const text = (error ?? '')
    .slice(0, ERROR_CHARS_MAX)
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replaceAll('\0', ' ')
    .trim();
  return text === '' ? SILENT : text;
}
