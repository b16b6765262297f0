// A FutoIn client on a socket that may be thrown away at any moment: calls reject when it is gone.
import { WebSocket } from 'ws';
import type { Message } from '../wire/judge/raw.ts';

export class FutoinSocket {
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, (answer: Message) => void>();
  readonly #gone: Promise<never>;
  #calls = 0;

  private constructor(socket: WebSocket, onCall: (call: Message) => Message | null) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', () => resolve()));
    this.#gone = this.closed.then(() => {
      throw new Error('The connection is gone.');
    });
    this.#gone.catch(() => {});
    socket.on('error', () => {});
    socket.on('message', (data) => {
      const message = JSON.parse(data.toString()) as Message;
      const rid = message.rid ?? '';
      if (message.f === undefined) this.#waiting.get(rid)?.(message);
      else {
        const answer = onCall(message);
        if (answer !== null) this.#send({ ...answer, rid });
      }
    });
  }

  static async open(
    place: string,
    onCall: (call: Message) => Message | null = () => null,
  ): Promise<FutoinSocket> {
    const socket = new WebSocket(`ws://${place}`, { perMessageDeflate: false });
    const opened = new FutoinSocket(socket, onCall);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return opened;
  }

  call(f: string, p: object): Promise<Message> {
    this.#calls += 1;
    const rid = `C${this.#calls}`;
    const answered = new Promise<Message>((resolve) => this.#waiting.set(rid, resolve));
    this.#send({ f, p, rid });
    return Promise.race([answered, this.#gone]);
  }

  /** Without a word to the server. */
  terminate(): void {
    this.#socket.terminate();
  }

  #send(message: Message): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
