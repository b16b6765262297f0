// Many clients of /streams/state in a process of their own, all of which ask at the same moment. Each counts what it
// gets and takes its digest; the text is kept of one of them.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { countWrongItems } from '../kit/state.mjs';
import { serveParent } from './child.mjs';

const PUT = 'event: put\n';
const DATA = '\ndata: ';
const FRAME_END = '}\n\n';

class StateClient {
  #socket;
  #request = null;
  #response = null;

  async connect({ hostname, port }) {
    this.#socket = connect(Number(port), hostname);
    await once(this.#socket, 'connect');
  }

  /** Resolves when it is answered; reads nothing of the answer yet. */
  async ask(url) {
    this.#request = get(`${url}/streams/state`, { createConnection: () => this.#socket });
    [this.#response] = await once(this.#request, 'response');
    if (this.#response.statusCode !== 200) {
      throw new Error(`/streams/state answers ${this.#response.statusCode}`);
    }
  }

  /** Reads the state to its end; gives its digest, and its text if `isKept`. */
  async read(isKept) {
    const digest = createHash('sha1');
    const kept = [];
    let tail = '';
    let hasBegun = false;
    for await (const bytes of this.#response.iterator({ destroyOnReturn: false })) {
      let state = bytes;
      if (!hasBegun) {
        const at = bytes.indexOf(PUT);
        if (at < 0) continue;
        hasBegun = true;
        state = bytes.subarray(at);
      }
      digest.update(state);
      if (isKept) kept.push(state);
      tail = (tail + state.toString('latin1', Math.max(0, state.length - FRAME_END.length))).slice(
        -FRAME_END.length,
      );
      if (tail === FRAME_END) break;
    }
    return { digest: digest.digest('hex'), text: isKept ? dataOf(kept) : null };
  }

  close() {
    this.#request.destroy();
  }
}

let clients = [];

serveParent({
  /** Connects `count` clients. */
  async connect({ url, count }) {
    clients = Array.from({ length: count }, () => new StateClient());
    for (const client of clients) await client.connect(new URL(url));
  },

  /** All of them ask for the state. */
  async ask({ url }) {
    await Promise.all(clients.map((client) => client.ask(url)));
  },

  /** All of them read; gives how many have something else than `items` items as they were written. */
  async read({ items }) {
    const [first, ...others] = await Promise.all(
      clients.map((client, nth) => client.read(nth === 0)),
    );
    const different = others.filter(({ digest }) => digest !== first.digest).length;
    return { different, wrong: countWrongItems(first.text, items) };
  },

  /** They are gone. */
  async leave() {
    for (const client of clients) client.close();
    clients = [];
  },
});

function dataOf(frames) {
  const text = Buffer.concat(frames).toString();
  return text.slice(text.indexOf(DATA) + DATA.length, -2);
}
