// What an embedding application says of its sinks: of one of its own, and of one by its type.
import type { Position, ReceivedBatch } from '../../client/public.ts';
import type { From } from '../../contract/generated/types.ts';
import type {
  FileSettings,
  NatsSettings,
  RedisSettings,
  StdoutSettings,
} from '../../relay/sink-table.ts';

/** What a sink is told when it is opened. */
export interface SinkContext {
  /** The stream that it will be given. */
  readonly stream: string;
  /** The name that it was given by the application. */
  readonly name: string;
  /** The event types that it will be given; null = all. */
  readonly types: readonly string[] | null;
  /** Aborted when this process is to write no more. */
  readonly signal: AbortSignal;
}

/** Where events are written: one batch at a time, in the order of their ids, in one process of all. */
export interface Sink {
  /**
   * Called before the first batch when this process becomes the one at work, and again after a failure. A sink that
   * writes its position together with the events gives it here: the next batch begins right behind it, so that each
   * event is written exactly once; `write` then moves it from `batch.after` to `batch.upTo`, and throws when it stands
   * elsewhere, as it does for a process that was frozen while another took over. null or nothing: the app's own cursor
   * counts, and after a crash some events come again.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: an async function that gives nothing is welcome
  open?(context: SinkContext): Promise<Position | null | undefined | void>;
  /**
   * Resolves when everything up to `batch.upTo` is safe. When it rejects, the same events come again, perhaps with
   * newer ones behind them, after a pause that grows from 0.2 s to `retryMaxMs`. Rejecting with a `ServiceError`
   * `SinkUnavailable` says that the place is away, so that `onError: 'skip'` passes over nothing. A sink that does not
   * want all types, or has skipped some, is given a batch without events now and then. The signal is aborted when
   * another process has taken over, or when the app stops and has waited for `shutdownMs`.
   */
  write(batch: ReceivedBatch, signal: AbortSignal): Promise<void>;
  /** Follows every `open` that has resolved. A sink without `open` is closed once, when the app stops. */
  close?(): Promise<void>;
}

/** What a sink is given, and the name of its cursor. */
export interface SinkFeedOptions {
  /** Its cursor's name in the database, `SINK_` and this: matches `^[A-Za-z0-9_]{1,59}$`, one on a stream. */
  readonly name: string;
  /** The stream that it is given. @default 'main' */
  readonly stream?: string | undefined;
  /** Event types; null = all. @default null */
  readonly types?: readonly string[] | null | undefined;
  /** Where it begins when it is new. @default 'beginning' */
  readonly from?: From | undefined;
  /** Events of one batch, 1 to 1000. @default 500 */
  readonly batchMax?: number | undefined;
  /**
   * What becomes of a failure: `retry` gives the same events again until they are taken; `stop` gives nothing more
   * before the next start (`sinkStopped`; `aftercommit serve` and `relay` end with exit code 1); `skip` passes over an
   * event that `write` has refused alone five times in a row, which loses it for this sink (`sinkSkipped`).
   *
   * @default 'retry'
   */
  readonly onError?: 'retry' | 'stop' | 'skip' | undefined;
  /** The longest pause behind a failure; pauses grow from 200 ms: 10 to 3600000. @default 30000 */
  readonly retryMaxMs?: number | undefined;
  /** Where the sink lacks events that were discarded, it goes on behind them (`sinkGap`). @default false */
  readonly allowGap?: boolean | undefined;
  /** When more events than that wait for it, `sinkLag` says so; 0 = it never does. @default 0 */
  readonly maxLagEvents?: number | undefined;
}

/** A sink of the application's own, and what it is given. */
export interface SinkOptions extends SinkFeedOptions {
  /** Where the events are written. */
  readonly sink: Sink;
}

/** Events as lines of files, each exactly once: docs/sinks.md. */
export interface FileSinkOptions extends SinkFeedOptions, FileSettings {
  /** The type of the sink. */
  readonly type: 'file';
}

/** Events as messages of a NATS JetStream stream, each exactly once: docs/sinks.md. */
export interface NatsSinkOptions extends SinkFeedOptions, NatsSettings {
  /** The type of the sink. */
  readonly type: 'nats';
}

/** Events as entries of a Redis stream, each exactly once: docs/sinks.md. */
export interface RedisSinkOptions extends SinkFeedOptions, RedisSettings {
  /** The type of the sink. */
  readonly type: 'redis';
}

/** Events as lines on standard output: docs/sinks.md. */
export interface StdoutSinkOptions extends SinkFeedOptions, StdoutSettings {
  /** The type of the sink. */
  readonly type: 'stdout';
}

/** A sink of a type that `registerSink` has made known; beside these it has the options of that type. */
export interface RegisteredSinkOptions extends SinkFeedOptions {
  /** The type of the sink. */
  readonly type: string;
}

/** The warehouse, which the archiver writes to: the same as the setting `archiver`, for one stream. */
export interface DatabaseSinkOptions {
  /** The type of the sink. */
  readonly type: 'database';
  /** What commands call it. @default 'archive' */
  readonly name?: string | undefined;
  /** The stream that is archived. @default 'main' */
  readonly stream?: string | undefined;
}

/** A sink that is named by its type. */
export type SinkByType =
  | DatabaseSinkOptions
  | FileSinkOptions
  | NatsSinkOptions
  | RedisSinkOptions
  | StdoutSinkOptions
  | RegisteredSinkOptions;
