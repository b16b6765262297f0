// The doors to the network: one HTTP server with its WebSocket side, from listening to a graceful stop.
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../base/clock.ts';
import type { Service } from '../base/lifecycle.ts';
import { ConfigError } from '../config/load.ts';
import type { Logger } from '../telemetry/logger.ts';
import { Guard, isLoopback } from './auth/guard.ts';
import { KeyRing } from './auth/key-ring.ts';
import { Futoin } from './futoin/futoin.ts';
import { FutoinDoor } from './futoin/futoin-door.ts';
import { HttpApp } from './http-app.ts';
import { createOps, type OpsOptions } from './ops.ts';
import { Dispatcher, type DispatcherOptions } from './rpc/dispatcher.ts';
import { JsonRpc } from './rpc/json-rpc.ts';
import { RpcDoor } from './rpc/rpc-door.ts';
import { WsServer } from './ws/ws-server.ts';

export interface ServerOptions
  extends Pick<OpsOptions, 'problems' | 'metricsText'>,
    DispatcherOptions {
  readonly host: string;
  readonly port: number;
  /** The credentials file; null = open mode, on a loopback address only. */
  readonly credentials: string | null;
  readonly requestBytesMax: number;
  readonly connectionsMax: number;
  readonly shutdownMs: number;
}

/** An idle peer that never finishes its headers or its body is cut off by node:http after these. */
const HEADERS_MS = 20_000;
const REQUEST_MS = 60_000;
/** Longer than any proxy or client keeps an idle connection: whoever closes first may cut off a request on its way. */
const KEEP_ALIVE_MS = 75_000;

export class Server implements Service {
  readonly #options: ServerOptions;
  readonly #keys: KeyRing | null;
  readonly #app: HttpApp;
  readonly #http: HttpServer;
  readonly #ws: WsServer;

  /** Throws `ConfigError` when the credentials cannot be read, or open mode would listen to other machines. */
  constructor(options: ServerOptions) {
    const { host, credentials, requestBytesMax, connectionsMax, metrics, logger } = options;
    if (credentials === null && !isLoopback(host)) {
      throw new ConfigError([
        `EVT_HOST ${JSON.stringify(host)} would let other machines in without a key: add credentials first ` +
          '(aftercommit credentials add NAME --may generate,consume)',
      ]);
    }
    this.#options = options;
    this.#keys = credentials === null ? null : openKeyRing(credentials, logger);
    const guard = new Guard(this.#keys);
    const dispatcher = new Dispatcher(options);
    const jsonRpc = new JsonRpc(dispatcher);
    const futoin = new Futoin({ dispatcher, guard, logger });
    this.#app = new HttpApp({
      rpc: new RpcDoor({ jsonRpc, guard, requestBytesMax }),
      futoin: new FutoinDoor({ futoin, guard }),
      operations: createOps({ ...options, guard }),
    });
    this.#http = createServer(
      { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, keepAliveTimeout: KEEP_ALIVE_MS },
      this.#app.listener,
    );
    this.#ws = new WsServer({
      http: this.#http,
      jsonRpc,
      futoin,
      guard,
      metrics,
      logger,
      frameBytesMax: requestBytesMax,
      connectionsMax,
    });
  }

  /** Where it listens, as `http://127.0.0.1:8080`. */
  get url(): string {
    const { address, port, family } = this.#http.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  async start(): Promise<void> {
    // Listening is what can fail, so it comes first: nothing is left behind then. Nobody is served before the rest
    // has begun, since all of it happens in the same turn.
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(this.#options.port, this.#options.host, () => {
        this.#http.off('error', reject);
        resolve();
      });
    });
    this.#ws.start();
    await this.#keys?.start();
  }

  /** Takes no new connections, tells sockets 1001, lets calls in flight end, and is gone in a bounded time. */
  async stop(): Promise<void> {
    await this.#keys?.stop();
    if (!this.#http.listening) return;
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#http.closeIdleConnections();
    this.#app.endWaits();
    const patience = new AbortController();
    await Promise.race([
      Promise.all([closed, this.#ws.stop()]),
      systemClock.sleep(this.#options.shutdownMs, patience.signal),
    ]);
    patience.abort();
    this.#ws.terminate();
    this.#http.closeAllConnections();
  }
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
