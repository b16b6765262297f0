// A TCP path to a database that cuts connections: after a random number of bytes in either direction, and around a
// COMMIT. A COMMIT is cut before it is forwarded, in the middle of it, or when it has been forwarded whole, so that
// the database carries it out and nobody hears of it.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Random } from '../support/random.ts';

export interface CutterOptions {
  readonly random: Random;
  /** Of how many connections one is cut at some byte. */
  readonly cutsPerConnection: number;
  /** Of how many COMMITs one is cut. */
  readonly cutsPerCommit: number;
}

const BYTES_MAX = 40_000;

export class Cutter {
  /** Nothing is cut while it is calm. */
  isCalm = true;
  cuts = 0;
  commitCuts = 0;
  readonly #options: CutterOptions;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((near) => this.#join(near));

  private constructor(url: string, options: CutterOptions) {
    this.#target = new URL(url);
    this.#options = options;
  }

  static async open(url: string, options: CutterOptions): Promise<Cutter> {
    const cutter = new Cutter(url, options);
    cutter.#server.listen(0, '127.0.0.1');
    await once(cutter.#server, 'listening');
    return cutter;
  }

  /** The same database by way of this path. */
  get url(): string {
    const url = new URL(this.#target);
    url.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return url.href;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    const { random, cutsPerConnection, cutsPerCommit } = this.#options;
    const far = connect(Number(this.#target.port), this.#target.hostname);
    const pair = [near, far];
    for (const socket of pair) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        // What was forwarded is to arrive, and only then the database hears that nobody is there.
        for (const each of pair) if (!each.writableEnded) each.destroy();
      });
    }
    const isDoomed = random.chance(cutsPerConnection);
    let bytesLeft = isDoomed ? 1 + random.below(BYTES_MAX) : Number.POSITIVE_INFINITY;
    const cut = (last: Buffer, to: Socket) => {
      this.cuts += 1;
      near.destroy();
      if (to === far) far.end(last);
      else far.destroy();
    };
    const forward = (chunk: Buffer, to: Socket) => {
      if (near.destroyed) return;
      const commitAt = to === far && !this.isCalm ? commitIn(chunk) : null;
      if (commitAt !== null && random.chance(cutsPerCommit)) {
        this.commitCuts += 1;
        const ends = [commitAt, commitAt + 3, chunk.length, chunk.length];
        cut(chunk.subarray(0, ends[random.below(ends.length)]), to);
        return;
      }
      if (!this.isCalm && chunk.length > bytesLeft) cut(chunk.subarray(0, bytesLeft), to);
      else {
        bytesLeft = Math.max(1, bytesLeft - chunk.length);
        to.write(chunk);
      }
    };
    near.on('data', (chunk: Buffer) => forward(chunk, far));
    far.on('data', (chunk: Buffer) => forward(chunk, near));
  }
}

/** Where the statement stands in what is sent; data of an event never holds that word. */
function commitIn(chunk: Buffer): number | null {
  const found = /commit/i.exec(chunk.toString('latin1'));
  return found === null ? null : found.index;
}
