// The doors to the network, from opening to a graceful stop: HTTP with its WebSocket side, on a server of the node's
// own or on one that the application has.
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { systemClock } from '../base/clock.ts';
import type { Service } from '../base/lifecycle.ts';
import { ConfigError } from '../config/load.ts';
import type { StateView } from '../state/state-view.ts';
import type { Logger } from '../telemetry/logger.ts';
import { Guard, isLoopback } from './auth/guard.ts';
import { KeyRing } from './auth/key-ring.ts';
import { Futoin } from './futoin/futoin.ts';
import { FutoinDoor } from './futoin/futoin-door.ts';
import { HttpApp } from './http-app.ts';
import { KeyDesk } from './key-desk.ts';
import { createOps, type OpsOptions } from './ops.ts';
import { doorAt } from './paths.ts';
import type { MethodServices } from './rpc/call.ts';
import { Dispatcher, type DispatcherOptions } from './rpc/dispatcher.ts';
import { JsonRpc } from './rpc/json-rpc.ts';
import { RpcDoor } from './rpc/rpc-door.ts';
import { openAddressOf, urlOf } from './seats/address.ts';
import { type Address, OwnServer } from './seats/own-server.ts';
import type { Seat } from './seats/seat.ts';
import { SharedServer } from './seats/shared-server.ts';
import type { StreamHub } from './stream-hub.ts';
import { Streams, type StreamsOptions } from './streams/streams.ts';
import { WsServer } from './ws/ws-server.ts';

export interface ServerOptions
  extends Pick<OpsOptions, 'readiness' | 'metricsText'>,
    Omit<DispatcherOptions, 'services'> {
  readonly services: Omit<MethodServices, 'keys'>;
  readonly streams: StreamsOptions['settings'];
  /** By stream. */
  readonly states: ReadonlyMap<string, StateView>;
  /**
   * An address to listen on, or a server of the application's, which listens, and ends, when the application says so:
   * there the node takes `/rpc`, `/futoin` and what is below that, `/streams/` where it offers them, `/state` where it
   * keeps one, and has no operations.
   */
  readonly listen: Address | { readonly server: HttpServer | HttpsServer };
  /** The credentials file; null = open mode, for this machine only. */
  readonly credentials: string | null;
  readonly requestBytesMax: number;
  readonly connectionsMax: number;
  readonly shutdownMs: number;
}

export class Server implements Service {
  readonly #options: ServerOptions;
  readonly #keys: KeyRing | null;
  readonly #seat: Seat;
  readonly #app: HttpApp;
  readonly #streams: Streams | null;
  readonly #ws: WsServer;
  #isOpen = false;

  /** Throws `ConfigError` when the credentials cannot be read, or open mode would listen to other machines. */
  constructor(options: ServerOptions) {
    const { listen, credentials, requestBytesMax, connectionsMax, metrics, logger } = options;
    if (credentials === null && 'host' in listen && !isLoopback(listen.host)) {
      throw tooOpen(`EVT_HOST ${JSON.stringify(listen.host)}`);
    }
    this.#options = options;
    this.#keys = credentials === null ? null : openKeyRing(credentials, logger);
    const hasStreams = options.offered.includes('streams');
    // Where there is no state the path may be the application's.
    const hasState = hasStreams && options.states.size > 0;
    const offers = { hasStreams, hasState };
    this.#seat =
      'server' in listen
        ? new SharedServer(listen.server, (path) => doorAt(path, offers) !== null)
        : new OwnServer(listen);
    const guard = new Guard(this.#keys, (peer) => this.#seat.isNear(peer));
    const keys = new KeyDesk(credentials, () => this.#keys?.hint());
    const dispatcher = new Dispatcher({ ...options, services: { ...options.services, keys } });
    const jsonRpc = new JsonRpc(dispatcher);
    const futoin = new Futoin({ dispatcher, guard, logger });
    this.#streams = hasStreams ? streamsOf(options, guard, this.#keys) : null;
    this.#app = new HttpApp({
      guard,
      streams: this.#streams?.door ?? null,
      state: hasState ? (this.#streams?.stateDoor ?? null) : null,
      rpc: new RpcDoor({ jsonRpc, guard, requestBytesMax }),
      futoin: new FutoinDoor({ futoin, guard }),
      operations: createOps({ ...options, guard }),
    });
    this.#ws = new WsServer({
      jsonRpc,
      futoin,
      guard,
      metrics,
      logger,
      frameBytesMax: requestBytesMax,
      connectionsMax,
    });
  }

  /** Where it listens, as `http://127.0.0.1:8080`. Throws while it does not, and for a unix socket. */
  get url(): string {
    return urlOf(this.#seat.server);
  }

  /** What the application may do with the streams over HTTP; null where none are offered. */
  get streams(): StreamHub | null {
    return this.#streams?.hub ?? null;
  }

  /** Throws `ConfigError` when open mode would be on a shared server that listens to other machines already. */
  async start(): Promise<void> {
    const openAddress = this.#seat.isOwn ? null : openAddressOf(this.#seat.server);
    if (this.#keys === null && openAddress !== null) {
      throw tooOpen(`The address ${JSON.stringify(openAddress)} of the application's server`);
    }
    // To open is what can fail, so it comes early: nothing is left behind then. Nobody is served before the rest has
    // begun, since all of it happens in the same turn.
    try {
      await this.#streams?.start();
      await this.#seat.open({ request: this.#app.listener, upgrade: this.#ws.upgrade });
    } catch (error) {
      await this.#streams?.stop();
      throw error;
    }
    this.#isOpen = true;
    this.#ws.start();
    await this.#keys?.start();
  }

  /**
   * Takes nothing new, tells sockets 1001, lets calls in flight end, and is gone in a bounded time. A shared server is
   * as it was from the first moment on, and keeps its connections.
   */
  async stop(): Promise<void> {
    await this.#keys?.stop();
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const closed = this.#seat.close();
    this.#app.endWaits({ endsConnections: this.#seat.isOwn });
    const patience = new AbortController();
    await Promise.race([
      Promise.all([closed, this.#app.ended(), this.#ws.stop(), this.#streams?.stop()]),
      systemClock.sleep(this.#options.shutdownMs, patience.signal),
    ]);
    patience.abort();
    this.#ws.terminate();
    this.#app.cut();
    this.#seat.cut();
  }
}

function streamsOf(options: ServerOptions, guard: Guard, keys: KeyRing | null): Streams {
  const { services, states, streams: settings, metrics, logger } = options;
  const { delivery } = services;
  return new Streams({ guard, keys, delivery, states, settings, metrics, logger });
}

function tooOpen(subject: string): ConfigError {
  return new ConfigError([
    `${subject} would let other machines in without a key: add credentials first ` +
      '(aftercommit credentials add NAME --may generate,consume)',
  ]);
}

function openKeyRing(path: string, logger: Logger): KeyRing {
  try {
    return new KeyRing(path, logger);
  } catch (error) {
    throw new ConfigError([
      `EVT_CREDENTIALS ${JSON.stringify(path)} is not usable: ${(error as Error).message}`,
    ]);
  }
}
