// WebSocket upgrades on /rpc: who comes in, how many, how large their frames may be, and whether they are still
// there.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { errorFacts, ServiceError } from '../../contract/errors.ts';
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
  readonly frameBytesMax: number;
  readonly connectionsMax: number;
}

const PING_MS = 15_000;

export class WsServer {
  readonly #options: WsServerOptions;
  readonly #server: WebSocketServer;
  readonly #sockets = new Map<WebSocket, Socket>();
  readonly #silent = new Set<WebSocket>();
  #heartbeat: NodeJS.Timeout | null = null;

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
    this.#heartbeat = setInterval(() => this.#beat(), PING_MS);
  }

  /** Takes no new peers, and tells each that the node stops (1001) when its calls are answered. */
  async stop(): Promise<void> {
    this.#options.http.off('upgrade', this.#upgrade);
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    await Promise.all([...this.#sockets.values()].map((socket) => socket.drain()));
  }

  /** Cuts what is still connected. */
  terminate(): void {
    for (const socket of this.#sockets.keys()) socket.terminate();
  }

  readonly #upgrade = (request: IncomingMessage, raw: Duplex, head: Buffer): void => {
    raw.on('error', () => raw.destroy());
    try {
      const { guard, connectionsMax, jsonRpc } = this.#options;
      if (request.url?.split('?', 1)[0] !== '/rpc') throw new ServiceError('UnknownMethod');
      const principal = guard.identify(request.headers);
      if (this.#sockets.size >= connectionsMax) {
        throw new ServiceError('DefenseRejected', { message: 'Too many connections.' });
      }
      this.#server.handleUpgrade(request, raw, head, (socket) => {
        this.#keep(socket, new Socket({ socket, jsonRpc, principal }));
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
    for (const socket of this.#sockets.keys()) {
      if (this.#silent.has(socket)) {
        socket.terminate();
        continue;
      }
      this.#silent.add(socket);
      socket.ping();
    }
  }
}

function refuse(raw: Duplex, error: ServiceError): void {
  const { http } = errorFacts(error.code);
  const body = JSON.stringify({ error: toWireError(error) });
  raw.end(
    `HTTP/1.1 ${http} Refused\r\nconnection: close\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
