// A lean JSON-RPC client over one WebSocket, so that it is the server that is measured: a batch is acknowledged by what
// stands at the head of its frame, and the frame is left unparsed for whoever checks it later.
import { WebSocket } from 'ws';

const BATCH_HEAD = /^\{"jsonrpc":"2\.0","id":"([^"]+)","method":"onEvents"/;
const HEAD_BYTES = 80;

export class RpcClient {
  #socket;
  #calls = 0;
  #waiting = new Map();
  #onBatch;

  /** `onBatch` gets each frame with a batch, as bytes, right after it was acknowledged. */
  static async open(url, onBatch = () => {}) {
    const client = new RpcClient(url, onBatch);
    await new Promise((resolve, reject) => {
      client.#socket.once('open', resolve);
      client.#socket.once('error', reject);
    });
    return client;
  }

  constructor(url, onBatch) {
    this.#onBatch = onBatch;
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/rpc`, {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    this.#socket.on('message', (frame) => this.#receive(frame));
    this.#socket.on('error', () => {});
    this.#socket.on('close', (code) => this.#failAll(new Error(`The socket closed (${code}).`)));
  }

  /** One call with its params as JSON text; throws the error object of an error answer. */
  callText(method, params) {
    this.#calls += 1;
    const id = this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(`{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`);
    });
  }

  call(method, params) {
    return this.callText(method, JSON.stringify(params));
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

  #receive(frame) {
    const batch = BATCH_HEAD.exec(frame.toString('latin1', 0, HEAD_BYTES));
    if (batch !== null) {
      this.#socket.send(`{"jsonrpc":"2.0","id":"${batch[1]}","result":true}`);
      this.#onBatch(frame);
      return;
    }
    const { id, result, error } = JSON.parse(frame.toString());
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(error);
  }

  #failAll(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
