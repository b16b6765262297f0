// The doors to the network: one HTTP server with its WebSocket side, from listening to a graceful stop.
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../base/clock.ts';
import type { Service } from '../base/lifecycle.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { Guard, isLoopback } from './auth/guard.ts';
import { KeyRing } from './auth/key-ring.ts';
import { HttpApp } from './http-app.ts';
import { createOps, type OpsOptions } from './ops.ts';
import { JsonRpc, type ServiceName } from './rpc/json-rpc.ts';
import type { MethodServices } from './rpc/methods.ts';
import { WsServer } from './ws/ws-server.ts';

export interface ServerOptions extends Pick<OpsOptions, 'problems' | 'metricsText'> {
  readonly host: string;
  readonly port: number;
  /** The credentials file; null = open mode, on a loopback address only. */
  readonly credentials: string | null;
  readonly services: MethodServices;
  readonly offered: readonly ServiceName[];
  readonly requestBytesMax: number;
  readonly connectionsMax: number;
  readonly shutdownMs: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
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

  /** Throws when the credentials cannot be read, and when open mode would listen to other machines. */
  constructor(options: ServerOptions) {
    const { host, credentials, requestBytesMax, connectionsMax, metrics, logger } = options;
    if (credentials === null && !isLoopback(host)) {
      throw new Error(
        `EVT_HOST ${JSON.stringify(host)} would let other machines in without a key: add credentials first ` +
          '(aftercommit credentials add NAME --may generate,consume).',
      );
    }
    this.#options = options;
    this.#keys = credentials === null ? null : new KeyRing(credentials, logger);
    const guard = new Guard(this.#keys);
    const jsonRpc = new JsonRpc(options);
    const operations = createOps({ ...options, guard });
    this.#app = new HttpApp({ jsonRpc, guard, requestBytesMax, operations });
    this.#http = createServer(
      { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, keepAliveTimeout: KEEP_ALIVE_MS },
      this.#app.listener,
    );
    this.#ws = new WsServer({
      http: this.#http,
      jsonRpc,
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
