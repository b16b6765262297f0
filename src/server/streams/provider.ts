// The port between the hub and a kind of stream: who may come in, and what a client that has come in is given.
import type { KeyKind, Principal } from '../auth/principal.ts';
import type { SseConnection } from './connection.ts';
import type { StreamQuery } from './query.ts';

export interface StreamRequest {
  readonly principal: Principal;
  /** null in open mode. */
  readonly keyKind: KeyKind | null;
  /** As the client says it, whatever that is; null = it says nothing. */
  readonly lastEventId: string | null;
  /** What stands behind the kind in the address; null = nothing. */
  readonly path: string | null;
  readonly query: StreamQuery;
  /** Stands for the client as a peer. */
  readonly peer: object;
}

export interface StreamProvider {
  readonly kind: string;
  /** False: nothing stands behind the kind in the address. @default false */
  readonly hasPaths?: boolean;
  /** True: that is a public id, in place of a key. @default false */
  readonly hasPublicIds?: boolean;
  /** False: to such a key the kind does not exist. In open mode there are none, and nobody has one. */
  readonly accepts: (kind: KeyKind | null, name: string) => boolean;
  /**
   * Lets a client in by calling `accept`, or throws before; `ended`: it has had everything, and need not come
   * again. What fails behind `accept` is the provider's business.
   */
  open(request: StreamRequest, accept: () => SseConnection): Promise<'open' | 'ended'>;
}
