// The port between the doors and the server of node:http that they open on: the node's own, or one of the application.
import type { Server as HttpServer, IncomingMessage, RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Takes an upgrade, with its first bytes; whoever takes it answers it. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Who takes what comes in. */
export interface Visits {
  readonly request: RequestListener;
  /** Upgrades to a WebSocket; others never get here. */
  readonly upgrade: UpgradeListener;
}

export interface Seat {
  readonly server: HttpServer;
  /** True when the server ends with the node, and its connections with it. */
  readonly isOwn: boolean;
  /** True when the peer is certainly on this machine. */
  isNear(peer: Socket): boolean;
  /** From now on what comes in goes to `visits`. Rejects when it cannot, having changed nothing. */
  open(visits: Visits): Promise<void>;
  /** Lets nothing new in, and resolves when the seat's own connections have ended. Calls are the doors' business. */
  close(): Promise<void>;
  /** Ends what is the seat's own at once. */
  cut(): void;
}
