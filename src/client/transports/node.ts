// The transport of Node: its own fetch, and `ws`, which can send a key with its upgrade.
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { onAbort } from '../../base/on-abort.ts';
import type { Checks } from '../../base/options.ts';
import { required } from '../../contract/checks.ts';
import type { CallError } from '../call-error.ts';
import { errorFromWire } from '../caller.ts';
import { requireOptions } from '../require-options.ts';
import type { SocketEvents, Transport, TransportSocket } from '../transport.ts';
import {
  aKey,
  anAddress,
  connectError,
  type HttpPeer,
  postText,
  rpcUrl,
  strangeAnswer,
} from './http.ts';

/** Which server, and who calls. */
export interface NodeTransportOptions {
  /** Where the server is, as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** The key of a principal, sent with each call; null: none, for a server in open mode. @default null */
  readonly key?: string | null | undefined;
}

const OPTIONS: Checks<NodeTransportOptions> = { url: required(anAddress), key: aKey };

const HANDSHAKE_MS_MAX = 10_000;
const FRAME_BYTES_MAX = 67_108_864;
const REFUSAL_BYTES_MAX = 65_536;
const CLOSE_MS_MAX = 1000;

export class NodeTransport implements Transport {
  readonly #peer: HttpPeer;

  constructor(options: NodeTransportOptions) {
    requireOptions('createClient', options, OPTIONS);
    const { url, key = null } = options;
    this.#peer = { url: rpcUrl(url), key };
  }

  request(text: string, signal: AbortSignal): Promise<string> {
    return postText(this.#peer, text, signal);
  }

  async openSocket(events: SocketEvents, signal: AbortSignal): Promise<TransportSocket> {
    // Not before a socket is wanted: it takes as long to load as the rest of a program that only calls.
    const { WebSocket } = await import('ws');
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const { url, key } = this.#peer;
      const socket = new WebSocket(url.replace(/^http/, 'ws'), {
        headers: key === null ? {} : { authorization: `Bearer ${key}` },
        handshakeTimeout: HANDSHAKE_MS_MAX,
        maxPayload: FRAME_BYTES_MAX,
        perMessageDeflate: false,
      });
      const leave = onAbort(signal, () => {
        reject(signal.reason);
        socket.terminate();
      });
      socket.on('error', (error) => {
        leave();
        // Once it was open, 'close' tells; here the promise is settled already.
        reject(connectError(url, error));
      });
      socket.on('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
        const cut = onAbort(signal, () => request.destroy());
        void this.#refusal(response).then((error) => {
          leave();
          cut();
          reject(error);
          request.destroy();
        });
      });
      socket.on('open', () => {
        leave();
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
    return strangeAnswer(this.#peer.url, response.statusCode ?? 0);
  }
}

function listen(socket: WebSocket, events: SocketEvents): TransportSocket {
  socket.on('message', (data) => events.onText(data.toString()));
  socket.on('close', (code) => events.onClose(code));
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
