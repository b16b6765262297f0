// What the lean clients share, whatever envelope they speak: one WebSocket, calls that wait for their answers, and an
// end that fails those which got none.
import { WebSocket } from 'ws';

export class LeanSocket {
  #socket;
  #calls = 0;
  #waiting = new Map();

  /** Gives a client of the class that it is asked of, once it is connected. */
  static async open(url, ...rest) {
    const client = new this(url, ...rest);
    await client.#opened();
    return client;
  }

  constructor(url, options = {}) {
    this.#socket = new WebSocket(url, { perMessageDeflate: false, ...options });
    this.#socket.on('message', (frame) => this.receive(frame));
    this.#socket.on('error', () => {});
    this.#socket.on('close', (code) => this.#failAll(new Error(`The socket closed (${code}).`)));
  }

  /** Sends the text that `textOf` words for a new call's number, and gives its answer. */
  begin(textOf) {
    this.#calls += 1;
    const number = this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.send(textOf(number));
    });
  }

  /** Answers a call: with what it gave, or with `error` when that is not undefined. */
  settle(number, result, error) {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(error);
  }

  send(text, options) {
    this.#socket.send(text, options);
  }

  /** Reads nothing any more. */
  pause() {
    this.#socket.pause();
  }

  async close() {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    // One that reads nothing would not see the other side's farewell.
    if (this.#socket.isPaused) this.#socket.terminate();
    else this.#socket.close();
    await closed;
  }

  #opened() {
    return new Promise((resolve, reject) => {
      this.#socket.once('open', resolve);
      this.#socket.once('error', reject);
    });
  }

  #failAll(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
