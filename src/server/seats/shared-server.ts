// A server of the application's: the node takes its own paths there and leaves all others alone.
//
// What comes in is taken in `emit`, before any listener hears of it. Listeners would not do: the application may add
// its own later, or attach something that refuses every upgrade that it does not know, and each of them would answer
// our requests a second time. The application's listeners are never touched, so nothing has to be put back in order.
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConfigError } from '../../config/load.ts';
import { pathOf } from '../paths.ts';
import { isLocalPeer } from './address.ts';
import { asksForWebSocket, declineUpgrade } from './declined-upgrade.ts';
import type { Seat, UpgradeListener, Visits } from './seat.ts';

type Emit = (event: string | symbol, ...values: unknown[]) => boolean;
type Exchange = [IncomingMessage, ServerResponse];
type Upgrade = [IncomingMessage, Duplex, Buffer];

const taken = new WeakSet<HttpServer>();

export class SharedServer implements Seat {
  readonly server: HttpServer;
  readonly isOwn = false;
  readonly #isOurs: (path: string) => boolean;
  #visits: Visits | null = null;
  #giveBack = () => {};

  /** `isOurs` tells the node's paths. */
  constructor(server: HttpServer, isOurs: (path: string) => boolean) {
    this.server = server;
    this.#isOurs = isOurs;
  }

  isNear(peer: Socket): boolean {
    return isLocalPeer(this.server, peer);
  }

  /** The server may listen already, or later. Throws `ConfigError` when another node is on it. */
  async open(visits: Visits): Promise<void> {
    const { server } = this;
    if (taken.has(server)) throw new ConfigError(['Another node is open on this server.']);
    taken.add(server);
    this.#visits = visits;
    this.#giveBack = stepInto(server, (event, values) => this.#takes(event, values));
    // Without a listener node:http would grant nobody an upgrade.
    server.on('upgrade', this.#upgradeOfOthers);
  }

  /** Gives the server back as it was; it has no connections of its own. */
  async close(): Promise<void> {
    this.#visits = null;
    this.server.off('upgrade', this.#upgradeOfOthers);
    this.#giveBack();
    taken.delete(this.server);
  }

  cut(): void {}

  /** True when what happened is ours, and nobody else's. */
  #takes(event: string | symbol, values: unknown[]): boolean {
    if (this.#visits === null) return false;
    const { request, upgrade } = this.#visits;
    switch (event) {
      case 'request':
        return this.#ifOurs(values as Exchange, request);
      case 'checkContinue':
        // Emitted only where the application listens to it; else node:http says so by itself.
        return this.#ifOurs(values as Exchange, (coming, response) => {
          response.writeContinue();
          request(coming, response);
        });
      case 'checkExpectation':
        return this.#ifOurs(values as Exchange, (_, response) => response.writeHead(417).end());
      case 'upgrade':
        return this.#ifOurs(values as Upgrade, (asking, socket, head) =>
          this.#answerUpgrade(upgrade, asking, socket, head),
        );
      default:
        return false;
    }
  }

  /**
   * Hears of upgrades to other paths. They are the other listeners' business; without any, the answer is what it would
   * be without us, but to WebSockets, which are told that there is nothing. Some hand upgrades over by an `emit` of
   * before ours, as Fastify does from its second server: so ours may come here too.
   */
  readonly #upgradeOfOthers: UpgradeListener = (request, socket, head) => {
    const isAlone = this.server.listenerCount('upgrade') === 1;
    if (this.#visits === null || !(isAlone || this.#isOurs(pathOf(request)))) return;
    this.#answerUpgrade(this.#visits.upgrade, request, socket, head);
  };

  #ifOurs<Values extends [IncomingMessage, ...unknown[]]>(
    values: Values,
    answer: (...values: Values) => void,
  ): boolean {
    if (!this.#isOurs(pathOf(values[0]))) return false;
    answer(...values);
    return true;
  }

  #answerUpgrade(upgrade: UpgradeListener, ...[request, socket, head]: Upgrade): void {
    if (asksForWebSocket(request)) upgrade(request, socket, head);
    else declineUpgrade(this.server, request, socket, head);
  }
}

/** Asks `takes` before each event of the server; gives the way back out. */
function stepInto(
  server: HttpServer,
  takes: (event: string | symbol, values: unknown[]) => boolean,
): () => void {
  const before = Object.getOwnPropertyDescriptor(server, 'emit');
  const emit = server.emit as Emit;
  const filtered: Emit = (event, ...values) =>
    takes(event, values) || emit.call(server, event, ...values);
  server.emit = filtered;
  return () => {
    // Somebody who has stepped in behind us still leads through here: then it stays, and takes nothing.
    if (server.emit !== filtered) return;
    if (before === undefined) Reflect.deleteProperty(server, 'emit');
    else Object.defineProperty(server, 'emit', before);
  };
}
