// A server of the node's own: it listens when the node starts and is closed when it stops.
import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
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
  #visits: Visits | null = null;

  constructor(address: Address) {
    this.#address = address;
    this.server = createServer(
      { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, keepAliveTimeout: KEEP_ALIVE_MS },
      (request, response) => this.#visits?.request(request, response),
    );
  }

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
