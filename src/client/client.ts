// The client of a server, in Node and in the browser: everything that a caller may do, as methods.
import type {
  ConsumerStatus,
  From,
  StreamInfoResult,
  UnregisterConsumerResult,
} from '../contract/generated/types.ts';
import { Appender, type AppendOptions, type ClientDraft } from './appender.ts';
import {
  Caller,
  type CallMethod,
  type CallOptions,
  type CallParams,
  type CallResult,
} from './caller.ts';
import { Consumer } from './consumer.ts';
import type { ConsumerOptions } from './consumer-options.ts';
import type { Transport } from './transport.ts';

/** Which stream is meant. */
export interface StreamOptions {
  /** The stream's name. @default 'main' */
  readonly stream?: string | undefined;
  /** Gives the call up. */
  readonly signal?: AbortSignal | undefined;
}

/** Which stream, and where a consumer begins. */
export interface RegisterOptions extends StreamOptions {
  /** Where it begins; of no effect on a consumer that is registered. @default 'beginning' */
  readonly from?: From | undefined;
}

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
}

/**
 * A client of one server: calls it, and makes consumers that read from it. All methods reject with `CallError`, to
 * be told apart by `code`, or with the signal's reason. It holds nothing open: only consumers that run do.
 */
export class Client {
  readonly #transport: Transport;
  readonly #caller: Caller;
  readonly #appender: Appender;

  /** Over a transport of one's own; `createClient` takes the usual one. */
  constructor(transport: Transport) {
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

  /** Makes a reader of a stream; nothing happens before it is run. */
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
    const { signal, ...rest } = options;
    await this.#caller.call('registerConsumer', { component, ...given(rest) }, { signal });
  }

  /** Forgets a consumer, or with `dryRun` only says what that would do; gives what it was. */
  unregisterConsumer(
    component: string,
    { signal, dryRun: dry_run, ...rest }: UnregisterOptions = {},
  ): Promise<UnregisterConsumerResult> {
    const params = { component, ...given({ ...rest, dry_run }) };
    return this.#caller.call('unregisterConsumer', params, { signal });
  }

  /** Gives the caller's consumers of the stream; with the right admin everybody's. */
  listConsumers({ signal, ...rest }: StreamOptions = {}): Promise<ConsumerStatus[]> {
    return this.#caller.call('listConsumers', given(rest), { signal });
  }

  /** Gives the ends of the stream, and what it is in. */
  streamInfo({ signal, ...rest }: StreamOptions = {}): Promise<StreamInfoResult> {
    return this.#caller.call('streamInfo', given(rest), { signal });
  }

  /** Calls any method of docs/rpc.md, with its params and its result as they are on the wire; once. */
  call<M extends CallMethod>(
    method: M,
    params: CallParams<M>,
    options: CallOptions = {},
  ): Promise<CallResult<M>> {
    return this.#caller.call(method, params, options);
  }
}

/** Without what was left out. */
function given<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
