// What an embedding application may do with the streams over HTTP of its node.
import { ServiceError } from '../contract/errors.ts';
import type { KeyRing } from './auth/key-ring.ts';
import type { NewKey } from './credentials.ts';
import type { PublishedItem } from './stream-kinds.ts';
import type { Hub } from './streams/hub.ts';
import type { OwnProvider } from './streams/own-provider.ts';
import type { PingProvider } from './streams/ping-provider.ts';

/** A key for clients of the network, for as long as this node runs. */
export interface StreamCredentialOptions {
  /** Of its principal; several keys may have the same. */
  readonly name: string;
  /** The key itself; kept as its SHA-256. */
  readonly key: string;
  /** `client` and `public` open pings only. @default 'server' */
  readonly kind?: 'server' | 'client' | 'public' | undefined;
  /** Its rights. @default consume */
  readonly may?: readonly ('generate' | 'consume' | 'archive' | 'admin')[] | undefined;
  /** Event types that it may see and add. @default all */
  readonly types?: readonly string[] | undefined;
  /** Streams that it may use. @default all */
  readonly streams?: readonly string[] | undefined;
  /** Origins of web pages that may use the key. @default none */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** For `/streams/ping/ID`. */
  readonly publicId?: string | undefined;
  /** When it ends, as 2027-01-31T00:00:00Z. @default never */
  readonly expiresAt?: string | undefined;
}

/** The streams over HTTP of this node (docs/streams.md). What is published reaches clients of this node only. */
export interface StreamHub {
  /** Tells providers of the application's own, and clients of pings, that anything may be different. */
  publishAll(stream?: string): void;
  /** The same of one item. */
  publishItem(item: PublishedItem): void;
  /** The same of something that is no item. */
  invalidate(stream?: string): void;
  /** Lets every client hear something now. */
  heartbeat(): void;
  /**
   * Lets a key in, beside those of the credentials file. The same again changes nothing.
   *
   * @throws ServiceError `InvalidRequest` for what no credential can be, and in open mode, which has none
   */
  addCredential(credential: StreamCredentialOptions): void;
  /**
   * Ends the connections of a principal's keys that were added so, within a second. Gives false when there are none.
   */
  removeCredential(name: string): boolean;
  /** Ends every connection, and takes no other; the rest of the node goes on. May be called twice. */
  close(): Promise<void>;
}

export interface NodeStreamHubOptions {
  readonly hub: Hub;
  readonly keys: KeyRing | null;
  readonly own: readonly OwnProvider[];
  readonly ping: PingProvider;
}

export class NodeStreamHub implements StreamHub {
  readonly #options: NodeStreamHubOptions;
  #closing: Promise<void> | null = null;

  constructor(options: NodeStreamHubOptions) {
    this.#options = options;
  }

  publishAll(stream = 'main'): void {
    this.tellAll(stream);
    this.#ping(stream);
  }

  publishItem(item: PublishedItem): void {
    this.tellItem(item);
    this.#ping(item.stream ?? 'main');
  }

  invalidate(stream = 'main'): void {
    this.tellInvalidated(stream);
    this.#ping(stream);
  }

  /** Providers only: clients of pings are told of events by themselves. */
  tellAll(stream: string): void {
    this.#tell((provider) => provider.tell((own) => own.publishAll?.(stream)));
  }

  tellItem(item: PublishedItem): void {
    this.#tell((provider) => provider.tell((own) => own.publishItem?.(item)));
  }

  tellInvalidated(stream: string): void {
    this.#tell((provider) => provider.tell((own) => own.invalidate?.(stream)));
  }

  heartbeat(): void {
    this.#options.hub.beatAll();
  }

  addCredential({ may = ['consume'], ...credential }: StreamCredentialOptions): void {
    this.#keys.add({ ...credential, may: [...may] } satisfies NewKey);
  }

  removeCredential(name: string): boolean {
    return this.#keys.remove(name);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #keys(): KeyRing {
    const { keys } = this.#options;
    if (keys !== null) return keys;
    const message = 'In open mode there are no credentials: name a file first (credentials).';
    throw new ServiceError('InvalidRequest', { message });
  }

  async #close(): Promise<void> {
    this.#options.hub.close();
    await Promise.all(this.#options.own.map((provider) => provider.close()));
  }

  #tell(news: (provider: OwnProvider) => void): void {
    if (this.#closing === null) for (const provider of this.#options.own) news(provider);
  }

  #ping(stream: string): void {
    if (this.#closing === null) this.#options.ping.ping(stream);
  }
}
