// The client of a server, in Node and in the browser: everything that a caller may do, as methods.
import { hasMethods } from '../base/has-methods.ts';
import type { Checks } from '../base/options.ts';
import {
  aBoolean,
  aFrom,
  anInteger,
  aPosition,
  aPrincipal,
  aSignal,
  aStream,
  aTryCount,
  orNull,
} from '../contract/checks.ts';
import type {
  ConsumerStatus,
  From,
  StreamInfoResult,
  UnregisterConsumerResult,
} from '../contract/generated/types.ts';
import { Appender, type AppendOptions, type ClientDraft } from './appender.ts';
import {
  CALL_OPTIONS,
  Caller,
  type CallMethod,
  type CallOptions,
  type CallParams,
  type CallResult,
} from './caller.ts';
import { Consumer } from './consumer.ts';
import type { ConsumerOptions } from './consumer-options.ts';
import { type ParkedPage, readParkedPage } from './parked-page.ts';
import type { Position } from './received-batch.ts';
import { invalidRequest, requireOptions } from './require-options.ts';
import type { Transport } from './transport.ts';

/** Which stream is meant. */
export interface StreamOptions {
  /** The stream's name. @default 'main' */
  readonly stream?: string | undefined;
  /** Gives the call up, which rejects with its reason; with one that is aborted already nothing is sent. */
  readonly signal?: AbortSignal | undefined;
}

const STREAM_OPTIONS: Checks<StreamOptions> = { stream: aStream, signal: aSignal };

/** Which stream, and where a consumer begins. */
export interface RegisterOptions extends StreamOptions {
  /** Where it begins; of no effect on a consumer that is registered. @default 'beginning' */
  readonly from?: From | undefined;
  /**
   * After so many failed tries of one event alone, 1 to 1000, it is parked and the consumer goes on behind it; null: it
   * waits before it. Of no effect on a consumer that is registered. @default null
   */
  readonly parkAfter?: number | null | undefined;
}

const REGISTER_OPTIONS: Checks<RegisterOptions> = {
  ...STREAM_OPTIONS,
  from: aFrom,
  parkAfter: orNull(aTryCount),
};

/** Whose consumer is forgotten, of which stream. */
export interface UnregisterOptions extends StreamOptions {
  /**
   * Whose consumer; another one's needs the right admin, and so does null: a sink's, `SINK_` and its name.
   *
   * @default the caller's own
   */
  readonly principal?: string | null | undefined;
  /** Only say what it would do. @default false */
  readonly dryRun?: boolean | undefined;
  /** Its parked events may be lost with it; else it is `EventsParked`. @default false */
  readonly dropParked?: boolean | undefined;
}

/** Whose parked events, of which stream. */
export interface ParkedOptions extends StreamOptions {
  /** Whose consumer; another one's needs the right admin. @default the caller's own */
  readonly principal?: string | undefined;
}

/** Which of the parked events. */
export interface ParkedPageOptions extends ParkedOptions {
  /** Those behind it: the last one of the page before. @default from the first */
  readonly after?: Position | undefined;
  /** At most this many, up to 100. @default 100 */
  readonly limit?: number | undefined;
}

const PARKED_OPTIONS: Checks<ParkedOptions> = { ...STREAM_OPTIONS, principal: aPrincipal };
const PARKED_PAGE_OPTIONS: Checks<ParkedPageOptions> = {
  ...PARKED_OPTIONS,
  after: aPosition,
  limit: anInteger(1, 100),
};

const UNREGISTER_OPTIONS: Checks<UnregisterOptions> = {
  ...STREAM_OPTIONS,
  principal: orNull(aPrincipal),
  dryRun: aBoolean,
  dropParked: aBoolean,
};

/**
 * A client of one server: calls it, and makes consumers that read from it. All methods reject with `CallError`, to
 * be told apart by `code`, or with the signal's reason; `InvalidRequest` is also for options that they do not have. It
 * holds nothing open: only consumers that run do.
 */
export class Client {
  readonly #transport: Transport;
  readonly #caller: Caller;
  readonly #appender: Appender;

  /**
   * Over a transport of one's own; `createClient` takes the usual one.
   *
   * @throws CallError `InvalidRequest` for what is no transport
   */
  constructor(transport: Transport) {
    if (!hasMethods(transport, 'request', 'openSocket')) {
      throw invalidRequest('new Client: transport must have the functions request and openSocket');
    }
    this.#transport = transport;
    this.#caller = new Caller(transport);
    this.#appender = new Appender(this.#caller);
  }

  /**
   * Appends one event and gives its id once it is committed. It is tried again under the same key after whatever may
   * pass; a failure's `details.idempotencyKey` is the key to go on with.
   *
   * @param type matches `^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$`
   * @param data any JSON value of at most 2 MiB, or `new JsonText(text)`; left out, it is null
   * @see FTN18, addEvent
   */
  addEvent(type: string, data?: unknown, options: AppendOptions = {}): Promise<string> {
    return this.#appender.addEvent({ type, data }, options);
  }

  /**
   * Appends 1 to 1000 events, together or not at all, and gives the first and the last of their ids: they are
   * contiguous. Else as `addEvent`.
   */
  addEvents(
    drafts: readonly ClientDraft[],
    options: AppendOptions = {},
  ): Promise<{ first: string; last: string }> {
    return this.#appender.addEvents(drafts, options);
  }

  /**
   * Makes a reader of a stream; nothing happens before it is run.
   *
   * @throws CallError `InvalidRequest` for options that it does not have
   */
  consumer(options: ConsumerOptions = {}): Consumer {
    return new Consumer(options, this.#caller, this.#transport);
  }

  /**
   * Registers a component of the caller: from now on nothing is discarded before it has acknowledged it. Again changes
   * nothing. Consumers that run do this by themselves.
   *
   * @param component matches `^[A-Za-z0-9_]{1,64}$`, and is not LIVE
   * @see FTN18, registerConsumer
   */
  async registerConsumer(component: string, options: RegisterOptions = {}): Promise<void> {
    requireOptions('registerConsumer', options, REGISTER_OPTIONS);
    const { signal, stream, from, parkAfter: park_after } = options;
    await this.#caller.call(
      'registerConsumer',
      { component, ...given({ stream, from, park_after }) },
      { signal },
    );
  }

  /** Forgets a consumer, or with `dryRun` only says what that would do; gives what it was. */
  async unregisterConsumer(
    component: string,
    options: UnregisterOptions = {},
  ): Promise<UnregisterConsumerResult> {
    requireOptions('unregisterConsumer', options, UNREGISTER_OPTIONS);
    const { signal, stream, principal, dryRun: dry_run, dropParked: drop_parked } = options;
    const params = { component, ...given({ stream, principal, dry_run, drop_parked }) };
    return this.#caller.call('unregisterConsumer', params, { signal });
  }

  /** Gives the caller's consumers of the stream; with the right admin everybody's. */
  async listConsumers(options: StreamOptions = {}): Promise<ConsumerStatus[]> {
    requireOptions('listConsumers', options, STREAM_OPTIONS);
    const { signal, stream } = options;
    return this.#caller.call('listConsumers', given({ stream }), { signal });
  }

  /**
   * Changes after how many failed tries of one event alone it is parked for a consumer, which then goes on behind it;
   * null: it waits before it.
   */
  async changeConsumer(
    component: string,
    parkAfter: number | null,
    options: ParkedOptions = {},
  ): Promise<void> {
    requireOptions('changeConsumer', options, PARKED_OPTIONS);
    const params = { component, park_after: parkAfter, ...parkedParams(options) };
    await this.#caller.call('changeConsumer', params, { signal: options.signal });
  }

  /** Gives what was parked for a consumer, in the order of ids; `after`: `next` of the page before. */
  async listParked(component: string, options: ParkedPageOptions = {}): Promise<ParkedPage> {
    requireOptions('listParked', options, PARKED_PAGE_OPTIONS);
    const { after, limit, signal } = options;
    const params = { component, ...parkedParams(options), ...given({ after, limit }) };
    const text = await this.#caller.callText('listParked', JSON.stringify(params), { signal });
    return readParkedPage(text);
  }

  /** Lets parked events be given to their consumer once more; `ids` null: all. Gives how many. */
  async retryParked(
    component: string,
    ids: readonly string[] | null,
    options: ParkedOptions = {},
  ): Promise<number> {
    requireOptions('retryParked', options, PARKED_OPTIONS);
    const params = { component, ids: chosen(ids), ...parkedParams(options) };
    const { asked_for } = await this.#caller.call('retryParked', params, {
      signal: options.signal,
    });
    return asked_for;
  }

  /** Forgets parked events for good; `ids` null: all. Gives how many. */
  async dropParked(
    component: string,
    ids: readonly string[] | null,
    options: ParkedOptions = {},
  ): Promise<number> {
    requireOptions('dropParked', options, PARKED_OPTIONS);
    const params = { component, ids: chosen(ids), ...parkedParams(options) };
    const { dropped } = await this.#caller.call('dropParked', params, { signal: options.signal });
    return dropped;
  }

  /** Gives the ends of the stream, and what it is in. */
  async streamInfo(options: StreamOptions = {}): Promise<StreamInfoResult> {
    requireOptions('streamInfo', options, STREAM_OPTIONS);
    const { signal, stream } = options;
    return this.#caller.call('streamInfo', given({ stream }), { signal });
  }

  /** Calls any method of docs/rpc.md, with its params and its result as they are on the wire; once. */
  async call<M extends CallMethod>(
    method: M,
    params: CallParams<M>,
    options: CallOptions = {},
  ): Promise<CallResult<M>> {
    requireOptions('call', options, CALL_OPTIONS);
    return this.#caller.call(method, params, options);
  }
}

function parkedParams({ stream, principal }: ParkedOptions) {
  return given({ stream, principal });
}

/** The server says what is wrong with it. */
function chosen(ids: readonly string[] | null) {
  return ids as CallParams<'dropParked'>['ids'];
}

/** Without what was left out. */
function given<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
