// Calls to the server that is archived from: over one WebSocket, which is opened again when it was lost, or by HTTP.
import { CallError } from '../../client/call-error.ts';
import { Caller, type CallMethod, type CallParams, type CallResult } from '../../client/caller.ts';
import { RpcSocket } from '../../client/rpc-socket.ts';
import { NodeTransport } from '../../client/transports/node.ts';
import { UsageError } from '../command.ts';

/** Answers hold 4 MiB at most; a server that takes longer is tried again. */
const CALL_MS = 30_000;
const SCHEMES = ['ws:', 'wss:', 'http:', 'https:'];

export class ServerLink {
  /** As it was given; it holds no key. */
  readonly address: string;
  readonly #isSocket: boolean;
  readonly #transport: NodeTransport;
  readonly #caller: Caller;
  readonly #ended = new AbortController();
  #socket: Promise<RpcSocket> | null = null;

  /** Throws `UsageError`. */
  constructor(address: string, key: string | null) {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (url === null || !SCHEMES.includes(url.protocol)) {
      throw new UsageError(
        'EVT_ARCHIVE_FROM (--from) must be like wss://host/rpc, or begin with ws://, https:// or http://',
      );
    }
    const { username, password, search, hash } = url;
    if (username + password + search + hash !== '') {
      throw new UsageError(
        'EVT_ARCHIVE_FROM (--from) must hold no key, query or fragment: the key goes as EVT_KEY (--key).',
      );
    }
    this.address = url.href;
    this.#isSocket = url.protocol.startsWith('ws');
    const server = url.href.replace(/^ws/, 'http').replace(/\/rpc\/*$/, '');
    this.#transport = new NodeTransport({ url: server, key });
    this.#caller = new Caller(this.#transport);
  }

  async call<M extends CallMethod>(method: M, params: CallParams<M>): Promise<CallResult<M>> {
    return JSON.parse(await this.callText(method, params));
  }

  /** The result as the server wrote it. Rejects with `CallError`. */
  async callText<M extends CallMethod>(method: M, params: CallParams<M>): Promise<string> {
    const text = JSON.stringify(params);
    const { signal } = this.#ended;
    if (signal.aborted) throw ended();
    if (!this.#isSocket) {
      return this.#caller.callText(method, text, { signal, timeoutMs: CALL_MS });
    }
    const socket = await this.#opened();
    return socket.callText(method, text, CALL_MS);
  }

  /** Cuts what is under way. */
  close(): void {
    this.#ended.abort(ended());
    void this.#socket?.then((socket) => socket.close()).catch(() => {});
  }

  #opened(): Promise<RpcSocket> {
    if (this.#socket === null) {
      const opening = RpcSocket.open(
        this.#transport,
        { onCall: async () => null },
        this.#ended.signal,
      );
      const forget = () => {
        if (this.#socket === opening) this.#socket = null;
      };
      opening.then((socket) => socket.closed).then(forget, forget);
      this.#socket = opening;
    }
    return this.#socket;
  }
}

function ended(): CallError {
  return new CallError('CommError', { message: 'The connection was closed.' });
}
