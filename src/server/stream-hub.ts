// What an embedding application may do with the streams over HTTP of its node.
import type { PublishedItem } from './stream-kinds.ts';

/** A key for clients of the network, for as long as this node runs. */
export interface StreamCredentialOptions {
  /** Of its principal; several keys may have the same. */
  readonly name: string;
  /** The key itself, printable ASCII without spaces; kept as its SHA-256. */
  readonly key: string;
  /** `client` and `public` open pings and `/state` only. @default 'server' */
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
