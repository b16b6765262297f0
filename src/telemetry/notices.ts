// What the service tells the application that embeds it. Every notice is counted as a metric too, here and nowhere
// else, so that the two never differ. A listener is told in passing: what it throws is logged and harms nobody.
import { EventEmitter } from 'node:events';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** What each notice says. Each is counted as a metric too: docs/metrics.md. */
export interface NoticeMap {
  /** It has started; `url` is where it listens, null where there is no such address (yet). */
  readonly ready: { readonly url: string | null };
  /** This process has read events that it had not seen: so many, up to `newest`. */
  readonly newEvents: { readonly stream: string; readonly count: number; readonly newest: string };
  /** A reader could not be given events, and is tried again; `consumer` is `principal:component` or `LIVE`. */
  readonly receiverError: {
    readonly stream: string;
    readonly consumer: string;
    readonly error: unknown;
  };
  /** A round of background work failed, and is tried again; `stream` is null where it works for all. */
  readonly workerError: {
    readonly worker: WorkerName;
    readonly stream: string | null;
    readonly error: unknown;
  };
  /** A batch was refused, or not answered in time; a registered consumer is given it again. */
  readonly pushError: {
    readonly stream: string;
    readonly consumer: string;
    readonly reason: 'refused' | 'timed-out';
  };
  /**
   * A consumer could not handle what is behind `after`, for the `tries`th time in a row, and is given it again after
   * the pause; `eventId` is the event that was alone, null when there were more. `isFull`: it would be parked, but as
   * many events as may be are parked for the consumer.
   */
  readonly consumerFailing: {
    readonly stream: string;
    readonly consumer: string;
    readonly after: string;
    readonly eventId: string | null;
    readonly tries: number;
    readonly error: string;
    readonly pauseMs: number;
    readonly isFull: boolean;
  };
  /** An event was parked after so many tries, and its consumer goes on behind it. */
  readonly eventParked: {
    readonly stream: string;
    readonly consumer: string;
    readonly id: string;
    readonly type: string;
    readonly error: string;
    readonly tries: number;
  };
  /**
   * There was no room: `live` = so many events were passed over for a LIVE reader that is too slow, `generator` = so
   * many were refused because too many wait for a flush.
   */
  readonly queueOverflow: {
    readonly stream: string;
    readonly queue: 'live' | 'generator';
    readonly count: number;
  };
  /** So many events were copied to the warehouse. */
  readonly archived: { readonly stream: string; readonly count: number };
  /** So many events were deleted from the active database. */
  readonly discarded: { readonly stream: string; readonly count: number };
  /** A consumer stood still for longer than `setAsideMs`, and holds discarding back no more until it moves. */
  readonly setAside: {
    readonly stream: string;
    readonly consumer: string;
    readonly cursor: string;
    readonly idleMs: number;
  };
  /** A sink could not write, and is given the same events again. */
  readonly sinkError: { readonly stream: string; readonly sink: string; readonly error: unknown };
  /**
   * A sink with `onError: 'stop'` has failed, and is given nothing more before the next start; its events are kept.
   */
  readonly sinkStopped: { readonly stream: string; readonly sink: string; readonly error: unknown };
  /** An event was passed over for good, since a sink with `onError: 'skip'` refused it again and again. */
  readonly sinkSkipped: {
    readonly stream: string;
    readonly sink: string;
    readonly id: string;
    readonly type: string;
    readonly error: unknown;
  };
  /** A sink with `allowGap` lacks for good what follows `after`; it goes on with `earliest`. */
  readonly sinkGap: {
    readonly stream: string;
    readonly sink: string;
    readonly after: string;
    readonly earliest: string;
  };
  /** More events than `maxLagEvents` wait for a sink (`isLate`), or no longer. */
  readonly sinkLag: {
    readonly stream: string;
    readonly sink: string;
    readonly lag: number;
    readonly isLate: boolean;
  };
}

/** The name of a notice. */
export type NoticeName = keyof NoticeMap;
/** Is told in passing: it holds nothing up, and what it throws, or rejects with, is logged. */
export type NoticeListener<N extends NoticeName> = (notice: NoticeMap[N]) => unknown;

/**
 * Who works in the background: `acks` writes cursors, `archiver` copies to the warehouse, `copies` looks for copies
 * that a node has left, `discarder` deletes, `feed` reads new events, `keys` deletes old idempotency keys, `leases`
 * keeps the seats of attached consumers, `sequencer` puts what transactions wrote into the order, `sinks` is for what
 * goes elsewhere, `stale` looks for consumers that stand still, `state` keeps the items that events change, `watch`
 * listens to the database.
 */
export type WorkerName =
  | 'acks'
  | 'archiver'
  | 'copies'
  | 'discarder'
  | 'feed'
  | 'keys'
  | 'leases'
  | 'sequencer'
  | 'sinks'
  | 'stale'
  | 'state'
  | 'watch';

const COUNTS: { readonly [N in NoticeName]: (metrics: Metrics, notice: NoticeMap[N]) => void } = {
  ready: (metrics) => metrics.ready.set(1),
  newEvents: (metrics, { stream, count }) => metrics.feedEvents.inc({ stream }, count),
  receiverError: (metrics, { stream }) => metrics.receiverErrors.inc({ stream }),
  workerError: (metrics, { worker, stream }) =>
    metrics.loopErrors.inc({ loop: worker, stream: stream ?? '' }),
  pushError: (metrics, { stream, reason }) => metrics.pushErrors.inc({ stream, reason }),
  consumerFailing: (metrics, { stream, consumer }) =>
    metrics.consumerFailures.inc({ stream, consumer }),
  eventParked: (metrics, { stream, consumer }) => metrics.parked.inc({ stream, consumer }),
  queueOverflow: (metrics, { stream, queue, count }) =>
    (queue === 'live' ? metrics.skipped : metrics.rejected).inc({ stream }, count),
  archived: (metrics, { stream, count }) => metrics.archived.inc({ stream }, count),
  discarded: (metrics, { stream, count }) => metrics.discarded.inc({ stream }, count),
  setAside: (metrics, { stream }) => metrics.setAside.inc({ stream }),
  sinkError: (metrics, { stream, sink }) => metrics.sinkErrors.inc({ stream, sink }),
  sinkStopped: (metrics, { stream, sink }) => metrics.sinkStopped.set({ stream, sink }, 1),
  sinkSkipped: (metrics, { stream, sink }) => metrics.sinkSkipped.inc({ stream, sink }),
  sinkGap: (metrics, { stream, sink }) => metrics.sinkGaps.inc({ stream, sink }),
  sinkLag: (metrics, { stream, sink, isLate }) =>
    metrics.sinkLate.set({ stream, sink }, isLate ? 1 : 0),
};

/** Of all notices that there are. */
export const noticeNames: readonly string[] = Object.keys(COUNTS);

export class Notices {
  readonly #metrics: Metrics;
  readonly #logger: Logger;
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  /** @internal */
  constructor(metrics: Metrics, logger: Logger) {
    this.#metrics = metrics;
    this.#logger = logger;
  }

  give<N extends NoticeName>(name: N, notice: NoticeMap[N]): void {
    COUNTS[name](this.#metrics, notice);
    // `rawListeners`, so that those for once are taken off.
    for (const listener of this.#emitter.rawListeners(name)) this.#tell(name, listener, notice);
  }

  on<N extends NoticeName>(name: N, listener: NoticeListener<N>): void {
    this.#emitter.on(name, listener);
  }

  once<N extends NoticeName>(name: N, listener: NoticeListener<N>): void {
    this.#emitter.once(name, listener);
  }

  off<N extends NoticeName>(name: N, listener: NoticeListener<N>): void {
    this.#emitter.off(name, listener);
  }

  // biome-ignore lint/complexity/noBannedTypes: as node:events has it
  #tell(name: NoticeName, listener: Function, notice: unknown): void {
    const onError = (error: unknown) => {
      this.#logger.error({ error, notice: name }, 'A listener of the application failed.');
    };
    try {
      const result: unknown = listener.call(this.#emitter, notice);
      if (result instanceof Promise) result.catch(onError);
    } catch (error) {
      onError(error);
    }
  }
}
