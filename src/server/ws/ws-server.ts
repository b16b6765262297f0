// WebSocket upgrades on /rpc: who comes in, how many, how large their frames may be, and whether they are still
// there and still allowed to be.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { errorFacts, ServiceError } from '../../contract/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Guard } from '../auth/guard.ts';
import { toServiceError, toWireError } from '../rpc/errors.ts';
import type { JsonRpc } from '../rpc/json-rpc.ts';
import { Socket } from './socket.ts';

export interface WsServerOptions {
  readonly http: Server;
  readonly jsonRpc: JsonRpc;
  readonly guard: Guard;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly frameBytesMax: number;
  readonly connectionsMax: number;
}

const PING_MS = 15_000;
const REVIEW_MS = 500;
const REFUSAL_MS = 2000;

export class WsServer {
  readonly #options: WsServerOptions;
  readonly #server: WebSocketServer;
  readonly #sockets = new Map<WebSocket, Socket>();
  readonly #silent = new Set<WebSocket>();
  #timers: NodeJS.Timeout[] = [];
  #keysVersion = 0;

  constructor(options: WsServerOptions) {
    this.#options = options;
    // Compression would cost 7 % of the throughput, and memory for every connection.
    this.#server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: options.frameBytesMax,
    });
  }

  start(): void {
    this.#options.http.on('upgrade', this.#upgrade);
    this.#keysVersion = this.#options.guard.version;
    this.#timers = [
      setInterval(() => this.#beat(), PING_MS),
      setInterval(() => this.#review(), REVIEW_MS),
    ];
  }

  /** Takes no new peers, and tells each that the node stops (1001) when its calls are answered. */
  async stop(): Promise<void> {
    this.#options.http.off('upgrade', this.#upgrade);
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all([...this.#sockets.values()].map((socket) => socket.drain()));
  }

  /** Cuts what is still connected. */
  terminate(): void {
    for (const socket of this.#sockets.keys()) socket.terminate();
  }

  readonly #upgrade = (request: IncomingMessage, raw: Duplex, head: Buffer): void => {
    raw.on('error', () => raw.destroy());
    try {
      const { guard, connectionsMax, jsonRpc, logger } = this.#options;
      if (request.url?.split('?', 1)[0] !== '/rpc') throw new ServiceError('UnknownMethod');
      const session = guard.identify(request.headers);
      if (this.#sockets.size >= connectionsMax) {
        throw new ServiceError('DefenseRejected', { message: 'Too many connections.' });
      }
      this.#server.handleUpgrade(request, raw, head, (socket) => {
        this.#keep(socket, new Socket({ socket, jsonRpc, session, logger }));
      });
    } catch (error) {
      refuse(raw, toServiceError(error));
    }
  };

  #keep(socket: WebSocket, wire: Socket): void {
    const { metrics } = this.#options;
    this.#sockets.set(socket, wire);
    metrics.connections.set(this.#sockets.size);
    socket.on('pong', () => this.#silent.delete(socket));
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#silent.delete(socket);
      metrics.connections.set(this.#sockets.size);
    });
  }

  /** A peer that has not answered a ping for a whole period is gone: half-open connections would stay for hours. */
  #beat(): void {
    for (const [socket, wire] of this.#sockets) {
      if (wire.isPaused) {
        this.#silent.delete(socket);
      } else if (this.#silent.has(socket)) {
        socket.terminate();
      } else {
        this.#silent.add(socket);
        socket.ping();
      }
    }
  }

  /** A connection outlives the moment its key was looked at; the key may not. */
  #review(): void {
    const { version } = this.#options.guard;
    const isChanged = version !== this.#keysVersion;
    this.#keysVersion = version;
    const nowMs = Date.now();
    for (const wire of this.#sockets.values()) {
      if (isChanged || wire.expiresAtMs <= nowMs) wire.renewSession();
    }
  }
}

/** Nobody tracks a connection that was never upgraded: it must go by itself, whatever its peer does. */
function refuse(raw: Duplex, error: ServiceError): void {
  const { http } = errorFacts(error.code);
  const body = JSON.stringify({ error: toWireError(error) });
  raw.once('finish', () => raw.destroy());
  setTimeout(() => raw.destroy(), REFUSAL_MS).unref();
  raw.end(
    `HTTP/1.1 ${http} Refused\r\nconnection: close\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
