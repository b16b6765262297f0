// WebSocket upgrades: to which protocol, who comes in, how many, how large their frames may be, and whether they are
// still there and still allowed to be.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { errorFacts, ServiceError } from '../../contract/errors.ts';
import { FUTOIN_REQUEST_BYTES_MAX } from '../../contract/limits.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Guard } from '../auth/guard.ts';
import { agreedSubprotocol } from '../auth/subprotocol.ts';
import type { Futoin } from '../futoin/futoin.ts';
import { FUTOIN_PATH, pathOf, RPC_PATH } from '../paths.ts';
import { toServiceError, toWireError } from '../rpc/errors.ts';
import type { JsonRpc } from '../rpc/json-rpc.ts';
import type { UpgradeListener } from '../seats/seat.ts';
import { FutoinProtocol } from './futoin-protocol.ts';
import type { Connection, Protocol } from './protocol.ts';
import { RpcProtocol } from './rpc-protocol.ts';
import { Socket } from './socket.ts';

export interface WsServerOptions {
  readonly jsonRpc: JsonRpc;
  readonly futoin: Futoin;
  readonly guard: Guard;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly frameBytesMax: number;
  readonly connectionsMax: number;
}

/** A protocol that a peer may ask for by the path of its upgrade. */
interface Entry {
  readonly server: WebSocketServer;
  /** What is spoken with this peer. Throws when it may not come in. */
  readonly admit: (request: IncomingMessage) => (connection: Connection) => Protocol;
}

const PING_MS = 15_000;
const REVIEW_MS = 500;
const REFUSAL_MS = 2000;
/** Peers that have not said who they are yet; a client says so with its first message. */
const UNKNOWN_MAX = 256;

export class WsServer {
  readonly #options: WsServerOptions;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #sockets = new Map<WebSocket, Socket>();
  /** Those that had not said who they are when they were last looked at, the oldest first. */
  readonly #unknown = new Map<WebSocket, Socket>();
  readonly #silent = new Set<WebSocket>();
  #timers: NodeJS.Timeout[] = [];
  #keysVersion = 0;

  constructor(options: WsServerOptions) {
    this.#options = options;
    const futoin = { server: serverFor(FUTOIN_REQUEST_BYTES_MAX), admit: this.#admitFutoin };
    this.#entries = new Map([
      [RPC_PATH, { server: serverFor(options.frameBytesMax), admit: this.#admitRpc }],
      [FUTOIN_PATH, futoin],
      [`${FUTOIN_PATH}/`, futoin],
    ]);
  }

  start(): void {
    this.#keysVersion = this.#options.guard.version;
    this.#timers = [
      setInterval(() => this.#beat(), PING_MS),
      setInterval(() => this.#review(), REVIEW_MS),
    ];
  }

  /** Tells each peer that the node stops (1001) when its calls are answered, and waits until it is gone. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(
      [...this.#sockets].map(async ([raw, socket]) => {
        const gone = new Promise((resolve) => raw.once('close', resolve));
        await socket.drain();
        await gone;
      }),
    );
  }

  /** Cuts what is still connected. */
  terminate(): void {
    for (const raw of this.#sockets.keys()) raw.terminate();
  }

  /** Lets a peer in, or tells it why not. */
  readonly upgrade: UpgradeListener = (request, raw, head) => {
    raw.on('error', () => raw.destroy());
    try {
      const { connectionsMax, guard, logger } = this.#options;
      const entry = this.#entries.get(pathOf(request));
      if (entry === undefined) throw new ServiceError('UnknownMethod');
      guard.requireNear(request.socket);
      const protocol = entry.admit(request);
      const isFull = this.#sockets.size >= connectionsMax;
      if (isFull && !this.#dropUnknown()) {
        throw new ServiceError('DefenseRejected', { message: 'Too many connections.' });
      }
      entry.server.handleUpgrade(request, raw, head, (socket) => {
        this.#keep(socket, new Socket({ socket, stream: raw, logger, protocol }));
      });
    } catch (error) {
      refuse(raw, toServiceError(error));
    }
  };

  readonly #admitRpc: Entry['admit'] = ({ headers }) => {
    const { guard, jsonRpc } = this.#options;
    const session = guard.identifyUpgrade(headers);
    return (connection) => new RpcProtocol({ jsonRpc, session, connection });
  };

  /** Without credentials in the upgrade each message has to say who sends it. */
  readonly #admitFutoin: Entry['admit'] = ({ headers }) => {
    const { guard, futoin } = this.#options;
    const admitted = guard.admit(headers);
    const session = headers.authorization === undefined ? admitted : guard.identify(headers);
    return (connection) => new FutoinProtocol({ futoin, headers, session, connection });
  };

  #keep(raw: WebSocket, socket: Socket): void {
    const { metrics } = this.#options;
    this.#sockets.set(raw, socket);
    metrics.connections.set(this.#sockets.size);
    if (!socket.isKnown) {
      this.#unknown.set(raw, socket);
      if (this.#unknown.size > UNKNOWN_MAX) this.#dropUnknown();
    }
    raw.on('pong', () => this.#silent.delete(raw));
    raw.on('close', () => {
      this.#sockets.delete(raw);
      this.#unknown.delete(raw);
      this.#silent.delete(raw);
      metrics.connections.set(this.#sockets.size);
    });
  }

  /** Cuts the oldest peer that has not said who it is: those who have must find room. False when there is none. */
  #dropUnknown(): boolean {
    for (const [raw, socket] of this.#unknown) {
      this.#unknown.delete(raw);
      if (socket.isKnown) continue;
      this.#sockets.delete(raw);
      raw.terminate();
      return true;
    }
    return false;
  }

  /** A peer that has not answered a ping for a whole period is gone: half-open connections would stay for hours. */
  #beat(): void {
    for (const [raw, socket] of this.#sockets) {
      if (socket.isPaused) {
        this.#silent.delete(raw);
      } else if (this.#silent.has(raw)) {
        raw.terminate();
      } else {
        this.#silent.add(raw);
        raw.ping();
      }
    }
  }

  /** A connection outlives the moment its key was looked at; the key may not. */
  #review(): void {
    const { version } = this.#options.guard;
    const isChanged = version !== this.#keysVersion;
    this.#keysVersion = version;
    const nowMs = Date.now();
    for (const [raw, socket] of this.#sockets) {
      if (isChanged || socket.expiresAtMs <= nowMs) socket.renewSession();
      if (!socket.isKnown && !this.#unknown.has(raw)) this.#unknown.set(raw, socket);
    }
  }
}

function serverFor(frameBytesMax: number): WebSocketServer {
  // Compression would cost 7 % of the throughput, and memory for every connection.
  return new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: frameBytesMax,
    handleProtocols: agreedSubprotocol,
  });
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
