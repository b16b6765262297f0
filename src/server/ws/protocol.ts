// The port between a WebSocket and what is spoken over it.
import type { Hint } from '../../base/hint.ts';
import type { CloseReason } from '../../delivery/channel.ts';
import type { PeerCalls } from './peer-calls.ts';

/** Text, or the bytes of a text or of whatever the protocol speaks. */
export type Frame = string | Buffer;

/** The socket as its protocol and its channels see it. */
export interface Connection {
  readonly calls: PeerCalls;
  send(frame: Frame): void;
  readonly isWritable: boolean;
  /** Gives the hint whenever it becomes writable, until the returned function is called. */
  attach(hint: Hint): () => void;
  /** Ends the connection for that reason. */
  close(reason: CloseReason): void;
  readonly closed: AbortSignal;
  /** True when it is closed and nobody has said why. */
  readonly isLost: boolean;
}

/** Calls of the peer that came in one message. */
export interface Incoming {
  readonly calls: number;
  /** True when the answer may be large: few such are at work at once, and none while the peer does not read. */
  readonly isLarge: boolean;
  /** Begins them; gives the answer, or null when there is none. Rejects only by our own fault. */
  begin(): Promise<Frame | null>;
}

export interface Protocol {
  /** True when frames go out as binary ones, whatever they hold. */
  readonly isBinary: boolean;
  /** Reads one message: calls, or null for what needs no answer. */
  read(data: Buffer): Incoming | null;
  /** False while the peer has not said who it is, or its credential is gone. */
  readonly isKnown: boolean;
  /** Until when, by the time of day, the peer may stay without being looked at again; 0 = it is looked at each time. */
  readonly expiresAtMs: number;
  /** Asks again who is there; false when a credential is gone or has other rights now. */
  renew(): boolean;
}
