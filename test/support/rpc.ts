// JSON-RPC as a plain client speaks it: text in, text out, over HTTP and over a socket.
import { type ClientOptions, WebSocket } from 'ws';

export interface RpcAnswer {
  readonly id?: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  readonly result?: any;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  readonly error?: any;
}

export async function post(
  url: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; answer: RpcAnswer }> {
  const response = await fetch(`${url}/rpc`, { method: 'POST', body, headers });
  const text = await response.text();
  return { status: response.status, text, answer: text === '' ? {} : JSON.parse(text) };
}

/** One call by HTTP; throws the error object of an error answer. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
export async function call(url: string, method: string, params: object = {}): Promise<any> {
  const { answer } = await post(url, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
  if (answer.error !== undefined) throw answer.error;
  return answer.result;
}

/** What the server sent by `onEvents`. */
export interface Pushed {
  readonly id: string;
  readonly text: string;
  readonly params: {
    readonly component: string;
    readonly stream: string;
    readonly seq: number;
    readonly events: readonly { id: string; type: string; data: unknown; ts: string }[];
    readonly after: string;
    readonly up_to: string;
    readonly epoch: number;
  };
}

/** A socket; `onPush` decides what is answered to each batch (undefined = nothing). */
export class RpcSocket {
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #waiting = new Map<number, (answer: RpcAnswer) => void>();
  #calls = 0;

  private constructor(socket: WebSocket, onPush: (batch: Pushed) => unknown) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on('error', () => {});
    socket.on('message', async (data) => {
      const text = data.toString();
      const message = JSON.parse(text);
      if (message.method === 'onEvents') {
        const result = await onPush({ id: message.id, params: message.params, text });
        if (result !== undefined) this.answer(message.id, result);
      } else {
        this.#waiting.get(message.id)?.(message);
        this.#waiting.delete(message.id);
      }
    });
  }

  static async open(
    url: string,
    onPush: (batch: Pushed) => unknown = () => true,
    options: ClientOptions = {},
  ): Promise<RpcSocket> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/rpc`, options);
    const opened = new RpcSocket(socket, onPush);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return opened;
  }

  /** Throws the error object of an error answer. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  async call(method: string, params: object = {}): Promise<any> {
    this.#calls += 1;
    const id = this.#calls;
    const answered = new Promise<RpcAnswer>((resolve) => this.#waiting.set(id, resolve));
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    const answer = await answered;
    if (answer.error !== undefined) throw answer.error;
    return answer.result;
  }

  answer(id: string, result: unknown): void {
    if (this.socket.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, result }));
    }
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}
