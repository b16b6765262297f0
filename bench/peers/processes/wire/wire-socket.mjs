// A lean FutoIn client over one WebSocket, so that it is the server that is measured. A batch is acknowledged by what
// stands at the head of its frame, or at its end, and the frame is left unparsed for whoever checks it later.
import { WebSocket } from 'ws';
import { PATH, SEC } from './address.mjs';

const BATCH = 'futoin.evt.receiver:';
const RID = /"rid":"(S\d+)"/;
const HEAD_BYTES = 100;
const TAIL_BYTES = 24;

export class WireSocket {
  #socket;
  #calls = 0;
  #waiting = new Map();
  #onBatch;

  /** `onBatch` gets each frame with a batch, as bytes, right after it was acknowledged. */
  static async open(url, onBatch = () => {}) {
    const client = new WireSocket(url, onBatch);
    await new Promise((resolve, reject) => {
      client.#socket.once('open', resolve);
      client.#socket.once('error', reject);
    });
    return client;
  }

  constructor(url, onBatch) {
    this.#onBatch = onBatch;
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}${PATH}`, {
      perMessageDeflate: false,
    });
    this.#socket.on('message', (frame) => this.#receive(frame));
    this.#socket.on('error', () => {});
    this.#socket.on('close', (code) => this.#failAll(new Error(`The socket closed (${code}).`)));
  }

  /** Calls `f` with its parameters as JSON text. */
  call(f, p) {
    this.#calls += 1;
    const rid = `C${this.#calls}`;
    return new Promise((resolve, reject) => {
      this.#waiting.set(rid, { resolve, reject });
      this.#send(`{"f":"${f}","p":${p},"rid":"${rid}","sec":"${SEC}"}`);
    });
  }

  async close() {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.close();
    await closed;
  }

  /** In a binary frame, as the stock clients do. */
  #send(text) {
    this.#socket.send(text, { binary: true });
  }

  #receive(frame) {
    const head = frame.toString('latin1', 0, HEAD_BYTES);
    if (head.includes(BATCH)) {
      const [, rid] =
        RID.exec(head) ?? RID.exec(frame.toString('latin1', frame.length - TAIL_BYTES));
      this.#send(`{"r":true,"rid":"${rid}"}`);
      this.#onBatch(frame);
      return;
    }
    const { rid, r, e, edesc } = JSON.parse(frame.toString());
    const waiting = this.#waiting.get(rid);
    this.#waiting.delete(rid);
    if (e === undefined) waiting?.resolve(r);
    else waiting?.reject(new Error(`${e}: ${edesc}`));
  }

  #failAll(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
