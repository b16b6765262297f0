// The transport of browsers: fetch and WebSocket. A browser's WebSocket can send no header, so a key goes as a
// subprotocol; and it does not say why it was not let in, so that is asked for by a call.
import type { Checks } from '../../base/options.ts';
import { CallError } from '../call-error.ts';
import { requestText, resultOf } from '../caller.ts';
import { requireOptions } from '../require-options.ts';
import type { SocketEvents, Transport, TransportSocket } from '../transport.ts';
import { aKey, anAddress, connectError, type HttpPeer, postText, rpcUrl } from './http.ts';

/** Which server, and who calls. */
export interface BrowserTransportOptions {
  /**
   * Where the server is, as `https://events.example.com`; it may be relative to the page.
   * @default the origin of the page
   */
  readonly url?: string | undefined;
  /** The key of a principal, sent with each call; null: none, for a server in open mode. @default null */
  readonly key?: string | null | undefined;
}

const OPTIONS: Checks<BrowserTransportOptions> = { url: anAddress, key: aKey };

const PROTOCOL = 'aftercommit';
const OPEN_MS_MAX = 10_000;
const CLOSE_MS_MAX = 1000;
const LOST = 1006;
/** Where Node's types are known too, a page's are not; some workers have no address at all. */
const page = globalThis as { readonly location?: { readonly href: string } };

export class BrowserTransport implements Transport {
  readonly #peer: HttpPeer;

  constructor(options: BrowserTransportOptions = {}) {
    requireOptions('createClient', options, OPTIONS);
    const { url = '', key = null } = options;
    const [path, origin] = [url || '/', page.location?.href];
    // What is no address even beside the page's is refused as it stands.
    const address = URL.canParse(path, origin) ? new URL(path, origin).href : path;
    this.#peer = { url: rpcUrl(address), key };
  }

  request(text: string, signal: AbortSignal): Promise<string> {
    return postText(this.#peer, text, signal);
  }

  async openSocket(events: SocketEvents, signal: AbortSignal): Promise<TransportSocket> {
    signal.throwIfAborted();
    const { url, key } = this.#peer;
    const protocols = key === null ? [PROTOCOL] : [PROTOCOL, `${PROTOCOL}.key.${base64Url(key)}`];
    const socket = new WebSocket(url.replace(/^http/, 'ws'), protocols);
    if (await opened(socket, signal)) return listen(socket, events);
    signal.throwIfAborted();
    throw await this.#refusal(signal);
  }

  /** Why the server lets nobody in: a call is refused for the same reason. */
  async #refusal(signal: AbortSignal): Promise<CallError> {
    const ping = requestText(0, 'ping', '{"echo":0}');
    const { url } = this.#peer;
    try {
      resultOf(
        await this.request(ping, AbortSignal.any([signal, AbortSignal.timeout(OPEN_MS_MAX)])),
      );
    } catch (error) {
      if (error instanceof CallError) return error;
    }
    return connectError(url, new Error('the WebSocket could not be opened'));
  }
}

function opened(socket: WebSocket, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const giveUp = () => socket.close();
    const patience = setTimeout(giveUp, OPEN_MS_MAX);
    const settle = (isOpen: boolean) => {
      clearTimeout(patience);
      signal.removeEventListener('abort', giveUp);
      resolve(isOpen);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    socket.onopen = () => settle(true);
    socket.onclose = () => settle(false);
  });
}

function listen(socket: WebSocket, events: SocketEvents): TransportSocket {
  let isGone = false;
  const end = (code: number) => {
    if (isGone) return;
    isGone = true;
    events.onClose(code);
  };
  socket.onmessage = ({ data }) => {
    if (!isGone) events.onText(String(data));
  };
  socket.onclose = ({ code }) => end(code);
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    // A browser waits for a peer that has gone without a word.
    close: () => {
      socket.close();
      setTimeout(() => end(LOST), CLOSE_MS_MAX);
    },
  };
}

/** Of the key's UTF-8: a subprotocol is a token, which knows few characters. */
function base64Url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
