// A server of the node's own: it listens when the node starts and is closed when it stops.
import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { asksForWebSocket, declineUpgrade } from './declined-upgrade.ts';
import type { Seat, UpgradeListener, Visits } from './seat.ts';

/** An idle peer that never finishes its headers or its body is cut off by node:http after these. */
const HEADERS_MS = 20_000;
const REQUEST_MS = 60_000;
/** Longer than any proxy or client keeps an idle connection: whoever closes first may cut off a request on its way. */
const KEEP_ALIVE_MS = 75_000;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export class OwnServer implements Seat {
  readonly server: HttpServer;
  readonly isOwn = true;
  readonly #address: Address;
  readonly #sockets = new Set<Socket>();
  #visits: Visits | null = null;

  constructor(address: Address) {
    this.#address = address;
    this.server = createServer(
      { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, keepAliveTimeout: KEEP_ALIVE_MS },
      (request, response) => this.#visits?.request(request, response),
    );
    this.server.on('connection', this.#keep);
  }

  readonly #keep = (socket: Socket): void => {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  };

  /** In open mode it listens on a loopback address only. */
  isNear(): boolean {
    return true;
  }

  async open(visits: Visits): Promise<void> {
    const { host, port } = this.#address;
    this.server.listen(port, host);
    await once(this.server, 'listening');
    // Nobody has been served before this: it is still the same turn.
    this.#visits = visits;
    this.server.on('upgrade', this.#upgrade);
  }

  /** Requests on connections that are in use are still taken. */
  close(): Promise<void> {
    this.server.off('upgrade', this.#upgrade);
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    // Of one that has sent nothing yet node:http awaits a request, as clients open some in advance.
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
    return closed;
  }

  cut(): void {
    this.server.closeAllConnections();
  }

  readonly #upgrade: UpgradeListener = (request, socket, head) => {
    if (asksForWebSocket(request)) this.#visits?.upgrade(request, socket, head);
    else declineUpgrade(this.server, request, socket, head);
  };
}
