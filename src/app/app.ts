// The service inside a process, and what the embedding application may do with it.
//
// stopped -> start -> starting -> running -> stop -> stopping -> stopped. A stop that comes while it is starting waits
// for that and then stops it; whoever stops again waits for the same end.

import { systemClock } from '../base/clock.ts';
import { inTime } from '../base/in-time.ts';
import { unknownName } from '../base/options.ts';
import type { ReceivedBatch } from '../client/public.ts';
import type { Settings } from '../config/load.ts';
import { aFunction, required } from '../contract/checks.ts';
import { ServiceError } from '../contract/errors.ts';
import { invalidOption, requireValue } from '../contract/require-options.ts';
import { Hints } from '../generator/hints.ts';
import type { StreamHub } from '../server/stream-hub.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type NoticeListener, type NoticeName, noticeNames } from '../telemetry/notices.ts';
import { createTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import type { InProcessAppender } from './in-process/appender.ts';
import type { ParkedOptions, ParkedPage, ParkedPageOptions } from './in-process/parked-facts.ts';
import type {
  ConsumerFacts,
  InProcessSubscription,
  PollOptions,
  RegisterOptions,
  StreamChoice,
  SubscribeOptions,
  Unregistered,
  UnregisterOptions,
} from './in-process/reading.ts';
import { type AppParts, RunningApp } from './running-app.ts';

/**
 * The service inside this process, as `createApp` makes it: it adds events, hands them to readers of this process, and
 * where it is told to, serves the network, archives and discards. Methods that need it running throw or reject with
 * `ServiceError` `ShuttingDown` before its start and after its stop, and with `InvalidRequest` for options that they do
 * not have.
 */
export class App {
  readonly #settings: Settings;
  readonly #telemetry: Telemetry;
  readonly #parts: AppParts;
  /** For `addEvent(tx, type, data, { hints: app.hints })`: the app then looks as soon as the transaction is over. */
  readonly hints: Hints = new Hints(async (stream) => this.#running?.hint(stream));
  #starting: Promise<RunningApp> | null = null;
  #givenUp = new AbortController();
  #running: RunningApp | null = null;
  #stopping: Promise<void> | null = null;

  /** @internal `createApp` makes it; what it is made of would bring types with it that no application needs. */
  constructor(settings: Settings, logger: Logger, parts: AppParts = {}) {
    this.#settings = settings;
    this.#telemetry = createTelemetry(logger);
    this.#parts = parts;
  }

  /**
   * Where it listens, as `http://127.0.0.1:8080`.
   *
   * @throws Error when it has no server, or that has no such address (yet)
   */
  get url(): string {
    const { url } = this.#require();
    if (url === null) throw new Error('This app has no server: see its option server.');
    return url;
  }

  /**
   * Adds events that belong to no transaction; for those that do see `addEvent` of `aftercommit/generator`.
   *
   * @throws ServiceError `UnknownMethod` when the setting `services` is without `generator`
   */
  get generator(): InProcessAppender {
    return this.#require().inside('generator').appender;
  }

  /**
   * Migrates the databases and resolves when everything works; rejects when it cannot, having given all back.
   *
   * @throws Error when it has been started already, or is stopping; `ServiceError` `ShuttingDown` when it was stopped
   * meanwhile, and `StoreUnavailable` when a database (`details.database`: `active` or `warehouse`) is away, so that it
   * may be tried again; else a plain error with what the address has against it, or with the name of the database and
   * what it lacks: a right, the password, or the database itself
   */
  async start(): Promise<void> {
    if (this.#stopping !== null) throw new Error('The app is stopping: await its stop first.');
    if (this.#starting !== null) throw new Error('The app has been started already.');
    this.#givenUp = new AbortController();
    const parts = this.#parts;
    this.#starting = RunningApp.start({
      settings: this.#settings,
      parts,
      telemetry: this.#telemetry,
      givenUp: this.#givenUp,
    });
    let running: RunningApp;
    try {
      running = await this.#starting;
    } catch (error) {
      if (this.#stopping !== null) throw stoppedEarly(error);
      this.#starting = null;
      throw error;
    }
    if (this.#stopping !== null) throw stoppedEarly();
    this.#running = running;
    this.#telemetry.notices.give('ready', { url: urlOf(running) });
  }

  /**
   * Finishes what was taken, lets handlers and sinks finish their batch, tells sockets to go, and gives everything
   * back, within `shutdownMs` and 2 s: a sink's write is then aborted, what a database that does not answer still owes
   * is given up, and the connections to it are cut. It may be started again behind it.
   */
  stop(): Promise<void> {
    if (this.#starting === null) return Promise.resolve();
    this.#stopping ??= this.#end(this.#starting, this.#givenUp).finally(() => {
      this.#starting = null;
      this.#stopping = null;
    });
    return this.#stopping;
  }

  /**
   * Calls the listener at every such notice, from now on; may be called before the start. Gives the app.
   *
   * @throws ServiceError `InvalidRequest` when there is no such notice, or the listener is no function
   */
  on<N extends NoticeName>(name: N, listener: NoticeListener<N>): this {
    requireNotice('on', name, listener);
    this.#telemetry.notices.on(name, listener);
    return this;
  }

  /** Calls the listener at the next such notice only. Gives the app. */
  once<N extends NoticeName>(name: N, listener: NoticeListener<N>): this {
    requireNotice('once', name, listener);
    this.#telemetry.notices.once(name, listener);
    return this;
  }

  /** Calls the listener no more, whether `on` or `once` took it. Gives the app. */
  off<N extends NoticeName>(name: N, listener: NoticeListener<N>): this {
    requireNotice('off', name, listener);
    this.#telemetry.notices.off(name, listener);
    return this;
  }

  /**
   * Registers a consumer of the application's own: from now on nothing is discarded before it has acknowledged it.
   * Again changes nothing.
   *
   * @param component the consumer's name among those of this application: `^[A-Za-z0-9_]{1,64}$`, not LIVE
   * @param options which stream, and in `from` where it begins (default: with the oldest event)
   * @throws ServiceError `InvalidRequest`, `LiveNotAllowed`, `StreamNotFound`, `CursorAhead`, `CursorTooOld`,
   * `StoreUnavailable`; `UnknownMethod` when the setting `services` has neither `poll` nor `push`
   * @see FTN18, registerConsumer
   */
  async registerConsumer(component: string, options: RegisterOptions = {}): Promise<void> {
    return this.#require().inside('poll', 'push').readers.register(component, options);
  }

  /**
   * Forgets a consumer, or only says what that would do: nothing is kept for it any more. Rejects with `NotRegistered`
   * when there is none.
   */
  async unregisterConsumer(
    component: string,
    options: UnregisterOptions = {},
  ): Promise<Unregistered> {
    return this.#require().inside('poll', 'push').readers.unregister(component, options);
  }

  /**
   * Changes after how many failed tries of one event alone it is parked for a consumer, which then goes on behind it;
   * null: it waits before it.
   *
   * @throws ServiceError `InvalidRequest`, `NotRegistered`, `StreamNotFound`, `StoreUnavailable`
   */
  async changeConsumer(
    component: string,
    parkAfter: number | null,
    options: ParkedOptions = {},
  ): Promise<void> {
    return this.#require().inside('poll', 'push').parked.change(component, parkAfter, options);
  }

  /**
   * Gives the events that were parked for a consumer, in the order of their ids; `after`: `next` of the page before.
   *
   * @throws ServiceError as `changeConsumer`
   */
  async listParked(component: string, options: ParkedPageOptions = {}): Promise<ParkedPage> {
    return this.#require().inside('poll', 'push').parked.list(component, options);
  }

  /**
   * Lets parked events be given to their consumer once more, when it reads by push; `ids` null: all. Gives how many.
   *
   * @throws ServiceError as `changeConsumer`
   */
  async retryParked(
    component: string,
    ids: readonly string[] | null,
    options: ParkedOptions = {},
  ): Promise<number> {
    return this.#require().inside('poll', 'push').parked.retry(component, ids, options);
  }

  /**
   * Forgets parked events for good; `ids` null: all. Gives how many.
   *
   * @throws ServiceError as `changeConsumer`
   */
  async dropParked(
    component: string,
    ids: readonly string[] | null,
    options: ParkedOptions = {},
  ): Promise<number> {
    return this.#require().inside('poll', 'push').parked.drop(component, ids, options);
  }

  /** Everybody's consumers of the stream, with how far they are. */
  async listConsumers(options: StreamChoice = {}): Promise<ConsumerFacts[]> {
    return this.#require().inside('poll', 'push').readers.list(options);
  }

  /**
   * Gives what follows `lastId`, and acknowledges everything up to it. Without events the batch says how far the reader
   * is.
   *
   * @throws ServiceError `InvalidRequest`, `NotRegistered`, `StreamNotFound`, `CursorAhead`, `CursorTooOld`,
   * `HistoryForked`, `StoreUnavailable`; `UnknownMethod` when the setting `services` is without `poll`
   * @see FTN18, pollEvents
   */
  async pollEvents(options: PollOptions = {}): Promise<ReceivedBatch> {
    return this.#require().inside('poll').readers.poll(options);
  }

  /**
   * Hands events to a function of this process, registering its component when it is new. Resolves when it is attached.
   *
   * @throws ServiceError as `registerConsumer`; `UnknownMethod` when the setting `services` is without `push`
   * @see FTN18, readyToReceive
   */
  async subscribe(options: SubscribeOptions): Promise<InProcessSubscription> {
    return this.#require().inside('push').readers.subscribe(options);
  }

  /**
   * The streams over HTTP of this node: publishes to kinds of streams of the application's own, and adds keys for their
   * clients (docs/streams.md).
   *
   * @throws Error when it has no server; ServiceError `UnknownMethod` when the setting `services` is without `streams`
   */
  get streams(): StreamHub {
    return this.#require().streams;
  }

  /** Gives the metrics of docs/metrics.md as Prometheus text, with its content type. */
  async metrics(): Promise<{ contentType: string; text: string }> {
    return this.#require().metrics();
  }

  async #end(starting: Promise<RunningApp>, givenUp: AbortController): Promise<void> {
    this.#running = null;
    this.#telemetry.metrics.ready.set(0);
    const { shutdownMs } = this.#settings;
    const endMs = systemClock.monotonicMs() + shutdownMs;
    // A start that fails tells its own caller, and leaves nothing to stop.
    const stopped = starting.then(
      (running) => running.stop(endMs),
      () => {},
    );
    // One that waits for a database that says nothing waits no longer than this.
    const isStarted = starting.catch(() => {});
    if (!(await inTime(isStarted, shutdownMs))) givenUp.abort();
    const isDone = await inTime(stopped, shutdownMs + START_MS);
    if (!isDone) this.#telemetry.logger.error({}, 'The start that was stopped goes on for now.');
  }

  #require(): RunningApp {
    if (this.#running === null) throw new ServiceError('ShuttingDown', { message: NOT_RUNNING });
    return this.#running;
  }
}

/** Beyond what a stop of its own takes. */
const START_MS = 3000;
const LISTENER = required(aFunction);
const NOT_RUNNING = 'The app is not running: await its start first.';

function stoppedEarly(cause?: unknown): ServiceError {
  const message = 'It was stopped before it had started.';
  return new ServiceError('ShuttingDown', { message, cause });
}

/** Whoever listens for what is never said would wait in silence. */
function requireNotice(where: string, name: string, listener: unknown): void {
  if (!noticeNames.includes(name)) {
    throw invalidOption(where, unknownName(String(name), noticeNames, 'notice'));
  }
  requireValue(where, 'listener', listener, LISTENER);
}

/** null where there is none: without a server, on a unix socket, and on a server that does not listen yet. */
function urlOf(running: RunningApp): string | null {
  try {
    return running.url;
  } catch {
    return null;
  }
}
