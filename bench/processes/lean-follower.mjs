// One of many clients of /streams/events in a process: each has a connection of its own, an unbroken run of ids that is
// checked as they come, and shares with the others what was seen of the events. It reads HTTP's chunks by itself, each
// of which holds whole frames.
import { connect } from 'node:net';
import { monotonicMs } from '../kit/clock.mjs';

const HEAD_END = '\r\n\r\n';
const LINE_END = '\r\n';
const FIRST_ID = /^id: (\d+)\n/;
/** No frame begins with more than this before its data. */
const ID_BYTES = 40;

export class LeanFollower {
  component;
  #from;
  #seen;
  #address;
  #socket = null;
  #rest = Buffer.alloc(0);
  #hasHead = false;
  #onHead = null;
  #onReach = null;
  /** `{ after, upTo, atMs }` of each run of events. */
  receipts = [];
  brokenChains = 0;
  /** Everything up to this id has come. */
  upTo = null;

  /** `from`: `tail` or `beginning`. `seen` takes the events. */
  constructor({ component, from }, seen) {
    this.component = component;
    this.#from = from;
    this.#seen = seen;
  }

  async connect(url) {
    this.upTo = null;
    this.#hasHead = false;
    this.#rest = Buffer.alloc(0);
    this.#address = new URL(url);
    const { hostname, port } = this.#address;
    this.#socket = connect(Number(port), hostname);
    this.#socket.on('data', (bytes) => this.#read(bytes));
    this.#socket.on('error', () => {});
    await new Promise((resolve) => this.#socket.once('connect', resolve));
  }

  async subscribe() {
    const answered = new Promise((resolve) => {
      this.#onHead = resolve;
    });
    const path = `/streams/events?from=${this.#from}`;
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: ${this.#address.host}\r\n\r\n`);
    await answered;
  }

  /** Reads nothing from its socket any more. */
  stall() {
    this.#socket.pause();
  }

  /** Resolves when everything up to this id has come. */
  reach(id) {
    if (this.upTo >= id) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onReach = () => this.upTo >= id && resolve();
    });
  }

  /** Its events from now on count by themselves. */
  forgetReceipts() {
    this.receipts = [];
  }

  async close() {
    this.#socket.destroy();
  }

  #read(bytes) {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    if (!this.#hasHead && !this.#takeHead()) return;
    while (this.#takeChunk());
  }

  #takeHead() {
    const end = this.#rest.indexOf(HEAD_END);
    if (end < 0) return false;
    const status = this.#rest.toString('latin1', 9, 12);
    if (status !== '200') throw new Error(`/streams/events answers ${status}`);
    this.#rest = this.#rest.subarray(end + HEAD_END.length);
    this.#hasHead = true;
    this.#onHead();
    return true;
  }

  #takeChunk() {
    const end = this.#rest.indexOf(LINE_END);
    if (end < 0) return false;
    const length = Number.parseInt(this.#rest.toString('latin1', 0, end), 16);
    const from = end + LINE_END.length;
    if (this.#rest.length < from + length + LINE_END.length) return false;
    this.#take(this.#rest.subarray(from, from + length));
    this.#rest = this.#rest.subarray(from + length + LINE_END.length);
    return true;
  }

  #take(frames) {
    const [, first] = FIRST_ID.exec(frames.toString('latin1', 0, ID_BYTES)) ?? [];
    if (first === undefined) return;
    const last = frames.lastIndexOf('\n\nid: ');
    const upTo =
      last < 0
        ? Number(first)
        : Number.parseInt(frames.toString('latin1', last + 6, last + 26), 10);
    const after = Number(first) - 1;
    if (after !== (this.upTo ?? after)) this.brokenChains += 1;
    this.upTo = upTo;
    this.#seen.take(after, upTo, frames);
    this.receipts.push({ after, upTo, atMs: monotonicMs() });
    this.#onReach?.();
  }
}

/** The events of whole frames, as a list in JSON. */
export function eventsOfFrames(frames) {
  const datas = frames
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('data: '));
  return `[${datas.map((line) => line.slice('data: '.length)).join(',')}]`;
}
