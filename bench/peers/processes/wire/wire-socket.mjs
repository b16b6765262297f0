// A lean FutoIn client over one WebSocket, so that it is the server that is measured. A batch is acknowledged by what
// stands at the head of its frame, or at its end, and the frame is left unparsed for whoever checks it later.
import { LeanSocket } from '../../../processes/lean-socket.mjs';
import { PATH, SEC } from './address.mjs';

const BATCH = 'futoin.evt.receiver:';
const RID = /"rid":"(S\d+)"/;
const HEAD_BYTES = 100;
const TAIL_BYTES = 24;

export class WireSocket extends LeanSocket {
  #onBatch;

  /** `onBatch` gets each frame with a batch, as bytes, right after it was acknowledged. */
  constructor(url, onBatch = () => {}) {
    super(`${url.replace('http', 'ws')}${PATH}`);
    this.#onBatch = onBatch;
  }

  /** Calls `f` with its parameters as JSON text. */
  call(f, p) {
    return this.begin((number) => `{"f":"${f}","p":${p},"rid":"C${number}","sec":"${SEC}"}`);
  }

  /** In a binary frame, as the stock clients do. */
  send(text) {
    super.send(text, { binary: true });
  }

  receive(frame) {
    const head = frame.toString('latin1', 0, HEAD_BYTES);
    if (head.includes(BATCH)) {
      const [, rid] =
        RID.exec(head) ?? RID.exec(frame.toString('latin1', frame.length - TAIL_BYTES));
      this.send(`{"r":true,"rid":"${rid}"}`);
      this.#onBatch(frame);
      return;
    }
    const { rid, r, e, edesc } = JSON.parse(frame.toString());
    this.settle(Number(rid.slice(1)), r, e === undefined ? undefined : new Error(`${e}: ${edesc}`));
  }
}
