// FutoIn messages without a client between: what is posted, what goes through a socket, and what comes back.
import { WebSocket } from 'ws';
import { until } from '../../support/until.ts';
import type { FutoinEvent } from './judge.ts';

export interface Message {
  readonly f?: string;
  readonly p?: unknown;
  readonly rid?: string;
  readonly sec?: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  readonly r?: any;
  readonly e?: string;
  readonly edesc?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string | null;
  readonly bytes: Buffer;
  readonly message: Message;
}

export async function request(url: string, init: RequestInit): Promise<HttpAnswer> {
  const response = await fetch(url, init);
  const bytes = Buffer.from(await response.arrayBuffer());
  const contentType = response.headers.get('content-type');
  const isJson = contentType === 'application/futoin+json';
  const message = isJson ? JSON.parse(bytes.toString()) : {};
  return { status: response.status, contentType, bytes, message };
}

/** Posts a message, or whatever bytes. */
export function post(
  place: string,
  body: Message | string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<HttpAnswer> {
  const isPlain = typeof body === 'string' || body instanceof Uint8Array;
  return request(`http://${place}`, {
    method: 'POST',
    body: isPlain ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/futoin+json', ...headers },
  });
}

/** A batch as the server calls `onEvents` with it. */
export interface Batch {
  readonly rid: string;
  readonly seq: number;
  readonly events: readonly FutoinEvent[];
}

/**
 * A socket that answers nothing by itself; with `onBatch` it sends what that gives as an answer, unless undefined.
 * All that has come is kept in order.
 */
export class RawSocket {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  /** Every message, decoded when it is JSON. */
  readonly messages: Message[] = [];
  readonly frames: { readonly bytes: Buffer; readonly isBinary: boolean }[] = [];
  readonly batches: Batch[] = [];
  #calls = 0;

  private constructor(socket: WebSocket, onBatch: (batch: Batch) => Message | undefined) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => {});
    socket.on('message', (data: Buffer, isBinary) => {
      this.frames.push({ bytes: data, isBinary });
      if (data[0] !== 0x7b) return;
      const message = JSON.parse(data.toString());
      this.messages.push(message);
      if (message.f === undefined) return;
      const batch = { rid: message.rid, ...message.p };
      this.batches.push(batch);
      const answer = onBatch(batch);
      if (answer !== undefined) this.send({ rid: batch.rid, ...answer });
    });
  }

  static async open(
    place: string,
    onBatch: (batch: Batch) => Message | undefined = () => undefined,
    headers: Record<string, string> = {},
  ): Promise<RawSocket> {
    const socket = new WebSocket(`ws://${place}`, { perMessageDeflate: false, headers });
    const raw = new RawSocket(socket, onBatch);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return raw;
  }

  /** Sends a message in a binary frame, as the clients do; text and bytes go as they are. */
  send(message: Message | string | Uint8Array, isBinary = true): void {
    const isPlain = typeof message === 'string' || message instanceof Uint8Array;
    this.socket.send(isPlain ? message : JSON.stringify(message), { binary: isBinary });
  }

  /** Calls and waits for the answer, which is given back whatever it says. */
  async call(f: string, p: unknown, sec?: string, isBinary = true): Promise<Message> {
    this.#calls += 1;
    const rid = `C${this.#calls}`;
    this.send({ f, p, rid, ...(sec === undefined ? {} : { sec }) }, isBinary);
    return this.answerTo(rid);
  }

  answerTo(rid: string): Promise<Message> {
    return until(() => this.messages.find((each) => each.rid === rid && each.f === undefined));
  }

  /** Waits until that many events have been pushed, and gives them. */
  async events(count: number): Promise<FutoinEvent[]> {
    return until(() => {
      const events = this.batches.flatMap((batch) => batch.events);
      return events.length >= count && events;
    });
  }

  async close(): Promise<number> {
    this.socket.close();
    return this.closed;
  }
}

export const GEN = 'futoin.evt.gen:1.1';
export const POLL = 'futoin.evt.poll:1.1';
export const PUSH = 'futoin.evt.push:1.1';
