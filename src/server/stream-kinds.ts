// Kinds of streams of the application's own, at `/streams/KIND`. All copies of this package in one process share them:
// a module may have been loaded by another copy than the one that serves, so what is kept here is plain.
import { hasMethods } from '../base/has-methods.ts';
import { aFunction, required } from '../contract/checks.ts';
import { invalidOption, requireValue } from '../contract/require-options.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Who has come in. */
export interface StreamCredential {
  /** The principal's name; `local` in open mode. */
  readonly name: string;
  /** Of the key: `server`, `client` or `public`; null in open mode, where there are none. */
  readonly kind: 'server' | 'client' | 'public' | null;
}

/** A frame of server-sent events. */
export interface StreamFrame {
  /** For `addEventListener`; left out, `onmessage` hears it. */
  readonly event?: string | undefined;
  /** What the client says as `Last-Event-ID` when it comes again. */
  readonly id?: string | undefined;
  /** Goes out as JSON. */
  readonly data: unknown;
}

/** A client that is connected. */
export interface StreamClient {
  /** Who it is. */
  readonly credential: StreamCredential;
  /** What stands behind the kind in the address, decoded; null = nothing. */
  readonly path: string | null;
  /** The parameters of its address. */
  readonly query: URLSearchParams;
  /** Of the header, or of `?lastEventId=`. */
  readonly lastEventId: string | null;
  /** Aborted when the client is gone, or has to go. */
  readonly closed: AbortSignal;
  /**
   * False while what was sent has piled up on the way. Whoever sends then loses the client, which comes again; who
   * awaits each `send` never does.
   */
  readonly isWritable: boolean;
  /** Resolves when the frame has gone out, also when the client is gone by then. */
  send(frame: StreamFrame): Promise<void>;
  /** Ends the connection; the client comes again by itself. */
  close(): void;
}

/** An item of the state that has changed. */
export interface PublishedItem {
  /** Whose state it is of. @default 'main' */
  readonly stream?: string | undefined;
  /** Its kind, as the configuration names it. */
  readonly kind: string;
  /** Its key within the kind. */
  readonly key: string;
  /** The id of the event that changed it. */
  readonly version: string;
  /** Left out: the item was removed. */
  readonly value?: unknown;
}

/** The state that the service keeps (docs/streams.md); of a stream without one nothing is ever ready. */
export interface StateSource {
  /** True when all events that were there at its beginning are in it. */
  isReady(stream?: string): Promise<boolean>;
  /** All items by kind and key, as of `position`, an event's id as a rule. Rejects with `StateNotReady`. */
  getAll(
    stream?: string,
  ): Promise<{ position: string; state: Record<string, Record<string, unknown>> }>;
  /** What has changed behind a position; null when that cannot be told any more, and only all of it can. */
  since(
    id: string,
    stream?: string,
  ): Promise<{ position: string; items: readonly PublishedItem[] } | null>;
}

/** What a provider is made with. */
export interface StreamProviderContext {
  /** The state of this node's streams. */
  readonly stateSource: StateSource;
  /** So often at least a client hears something; the service sees to that. */
  readonly heartbeatMs: number;
  /** How long a connection lasts, give or take a tenth; 0 = for ever. The service sees to that too. */
  readonly maxConnectionMs: number;
  /** Where the app logs to. */
  readonly logger: Logger;
}

/** One kind of stream. What it throws is logged, and ends the client's connection where there is one. */
export interface OwnStreamProvider {
  /**
   * False: to this credential the kind does not exist.
   *
   * @default keys of the kind `server`, and everybody in open mode
   */
  accepts?(credential: StreamCredential): boolean;
  /** Called for each client that has come in. */
  open(client: StreamClient): void | Promise<void>;
  /** All of a stream's state may be different now, or what the application has published by `publishAll`. */
  publishAll?(stream: string): void | Promise<void>;
  /** An item has changed, or the application has published it. */
  publishItem?(item: PublishedItem): void | Promise<void>;
  /** Something is out of date that is no item: an event of `stateInvalidate`, or `invalidate` of the application. */
  invalidate?(stream: string): void | Promise<void>;
  /** Called once, when the node stops or the hub is closed. */
  close?(): void | Promise<void>;
}

/** Makes the provider of a kind for one app. */
export type StreamProviderFactory = (context: StreamProviderContext) => OwnStreamProvider;

const BUILT_IN_KINDS: readonly string[] = ['events', 'state', 'ping', 'tickets'];

const KIND = /^[a-z][a-z0-9-]{0,31}$/;
const A_KIND = required({
  rule: `must match ${KIND.source}`,
  fits: (value) => typeof value === 'string' && KIND.test(value),
});
const KEY = Symbol.for('aftercommit.streamKinds/1');

export function registeredProviders(): Map<string, StreamProviderFactory> {
  const shared = globalThis as { [KEY]?: Map<string, StreamProviderFactory> };
  shared[KEY] ??= new Map();
  return shared[KEY];
}

/**
 * Every app that is started from now on serves this kind of stream at `/streams/KIND`, with the keys, heartbeats,
 * limits and times of the others. The same factory may be registered again.
 *
 * @param kind matches `^[a-z][a-z0-9-]{0,31}$`
 * @param factory makes the provider when the app starts; what it throws fails the start
 * @throws ServiceError `InvalidRequest` when the kind is another's already
 */
export function registerProvider(kind: string, factory: StreamProviderFactory): void {
  requireValue('registerProvider', 'kind', kind, A_KIND);
  requireValue('registerProvider', 'factory', factory, required(aFunction));
  requireOwn(kind);
  const known = registeredProviders().get(kind);
  if (known !== undefined && known !== factory) {
    throw invalidOption(
      'registerProvider',
      `there is a kind ${kind} already, with another factory`,
    );
  }
  registeredProviders().set(kind, factory);
}

/**
 * Throws `InvalidRequest` when the factory has given something else, and for a kind of the service, which a copy of the
 * package may have let in that did not know it.
 */
export function requireProvider(kind: string, made: unknown): OwnStreamProvider {
  requireOwn(kind);
  if (hasMethods(made, 'open')) return made as unknown as OwnStreamProvider;
  throw invalidOption('registerProvider', `the factory of ${kind} must give an object with open`);
}

function requireOwn(kind: string): void {
  if (!BUILT_IN_KINDS.includes(kind)) return;
  throw invalidOption('registerProvider', `${kind} is a kind of the service`);
}
