// A lean JSON-RPC client over one WebSocket, so that it is the server that is measured: a batch is acknowledged by what
// stands at the head of its frame, and the frame is left unparsed for whoever checks it later.
import { LeanSocket } from './lean-socket.mjs';

const BATCH_HEAD = /^\{"jsonrpc":"2\.0","id":"([^"]+)","method":"onEvents"/;
const HEAD_BYTES = 80;

export class RpcClient extends LeanSocket {
  #onBatch;

  /** `onBatch` gets each frame with a batch, as bytes, right after it was acknowledged. */
  constructor(url, onBatch = () => {}) {
    super(`${url.replace('http', 'ws')}/rpc`, { skipUTF8Validation: true });
    this.#onBatch = onBatch;
  }

  /** One call with its params as JSON text; throws the error object of an error answer. */
  callText(method, params) {
    return this.begin(
      (id) => `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`,
    );
  }

  call(method, params) {
    return this.callText(method, JSON.stringify(params));
  }

  receive(frame) {
    const batch = BATCH_HEAD.exec(frame.toString('latin1', 0, HEAD_BYTES));
    if (batch !== null) {
      this.send(`{"jsonrpc":"2.0","id":"${batch[1]}","result":true}`);
      this.#onBatch(frame);
      return;
    }
    const { id, result, error } = JSON.parse(frame.toString());
    this.settle(id, result, error);
  }
}
