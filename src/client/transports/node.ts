// The transport of Node: its own fetch, and `ws`, which can send a key with its upgrade.
import type { ClientRequest, IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { CallError } from '../call-error.ts';
import { errorFromWire } from '../caller.ts';
import type { SocketEvents, Transport, TransportSocket } from '../transport.ts';

export interface NodeTransportOptions {
  /** Where the server is, as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** null: none, for a server in open mode. */
  readonly key: string | null;
}

const HANDSHAKE_MS_MAX = 10_000;
const FRAME_BYTES_MAX = 67_108_864;
const REFUSAL_BYTES_MAX = 65_536;
/** A server pings every 15 s; a connection that is silent for three of them is half-open. */
const SILENCE_MS_MAX = 45_000;
const CLOSE_MS_MAX = 1000;

export class NodeTransport implements Transport {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ url, key }: NodeTransportOptions) {
    this.#url = `${url.replace(/\/+$/, '')}/rpc`;
    this.#headers = key === null ? {} : { authorization: `Bearer ${key}` };
  }

  async request(text: string, signal: AbortSignal): Promise<string> {
    const headers = { ...this.#headers, 'content-type': 'application/json' };
    try {
      const response = await fetch(this.#url, { method: 'POST', body: text, headers, signal });
      const answer = await response.text();
      const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
      if (isJson || response.status === 204) return answer;
      throw this.#strangeAnswer(response.status);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw error instanceof CallError ? error : this.#connectError(error);
    }
  }

  openSocket(events: SocketEvents, signal: AbortSignal): Promise<TransportSocket> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const socket = new WebSocket(this.#url.replace(/^http/, 'ws'), {
        headers: this.#headers,
        handshakeTimeout: HANDSHAKE_MS_MAX,
        maxPayload: FRAME_BYTES_MAX,
        perMessageDeflate: false,
      });
      const giveUp = () => socket.terminate();
      signal.addEventListener('abort', giveUp, { once: true });
      socket.on('error', (error) => {
        signal.removeEventListener('abort', giveUp);
        // Once it was open, 'close' tells; here the promise is settled already.
        reject(signal.aborted ? signal.reason : this.#connectError(error));
      });
      socket.on('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
        signal.removeEventListener('abort', giveUp);
        void this.#refusal(response).then((error) => {
          reject(error);
          request.destroy();
        });
      });
      socket.on('open', () => {
        signal.removeEventListener('abort', giveUp);
        resolve(listen(socket, events));
      });
    });
  }

  /** Why an upgrade was refused: a server says it in the body. */
  async #refusal(response: IncomingMessage): Promise<CallError> {
    let text = '';
    try {
      response.setEncoding('utf8');
      for await (const part of response) {
        text += part;
        if (text.length > REFUSAL_BYTES_MAX) break;
      }
      const { error } = JSON.parse(text) as { error?: unknown };
      if (error !== undefined) return errorFromWire(error);
    } catch {
      // Falls through: whatever it is, it is no Aftercommit server.
    }
    return this.#strangeAnswer(response.statusCode ?? 0);
  }

  #strangeAnswer(status: number): CallError {
    const message = `${this.#url} answered HTTP ${status}, which is not what an Aftercommit server answers.`;
    return new CallError('CommError', { message, details: { status } });
  }

  /** fetch and ws hide the reason in different places. */
  #connectError(error: unknown): CallError {
    const { cause = error } = error as { cause?: unknown };
    const { code, message } = cause as { code?: string; message?: string };
    const reason = code === 'ECONNREFUSED' ? 'nobody listens there' : message || code;
    return new CallError('ConnectError', {
      message: `The server at ${this.#url} cannot be reached: ${reason}.`,
      cause: error,
    });
  }
}

function listen(socket: WebSocket, events: SocketEvents): TransportSocket {
  const silence = setTimeout(() => socket.terminate(), SILENCE_MS_MAX);
  socket.on('ping', () => silence.refresh());
  socket.on('message', (data) => {
    silence.refresh();
    events.onText(data.toString());
  });
  socket.on('close', (code) => {
    clearTimeout(silence);
    events.onClose(code);
  });
  return {
    send: (text) => {
      if (socket.readyState === socket.OPEN) socket.send(text);
    },
    close: () => {
      socket.close();
      setTimeout(() => socket.terminate(), CLOSE_MS_MAX).unref();
    },
  };
}
