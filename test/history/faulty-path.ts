// A TCP path to a database with the faults of a network. At a random byte in either direction a connection is cut, is
// reset, or falls silent with both of its ends open; some are slow from the beginning. Around a COMMIT it is cut before
// the statement is forwarded, in the middle of it, or when it has been forwarded whole, so that the database carries it
// out and nobody hears of it.
import type { Socket } from 'node:net';
import type { Random } from '../support/random.ts';
import { openTcpPath, type TcpPath } from '../support/tcp-path.ts';

export interface FaultyPathOptions {
  readonly random: Random;
  /** How many connections, of 1, have a fault at some byte. */
  readonly faultsPerConnection: number;
  /** How many COMMITs, of 1, are cut. */
  readonly cutsPerCommit: number;
}

type Fault = 'cut' | 'reset' | 'silent';

const BYTES_MAX = 40_000;
/** Most faults end a connection; what is silent keeps both ends waiting for their time limits. */
const FAULTS: readonly Fault[] = ['cut', 'cut', 'cut', 'reset', 'reset', 'silent'];
const SLOW_CONNECTIONS = 0.15;
const DELAY_MS_MAX = 20;

export class FaultyPath {
  /** Nothing happens while it is calm, but for what is silent already. */
  isCalm = true;
  readonly faults: Record<Fault | 'commit' | 'slow', number> = {
    cut: 0,
    reset: 0,
    silent: 0,
    commit: 0,
    slow: 0,
  };
  readonly #options: FaultyPathOptions;
  #path: TcpPath | null = null;

  private constructor(options: FaultyPathOptions) {
    this.#options = options;
  }

  static async open(url: string, options: FaultyPathOptions): Promise<FaultyPath> {
    const faulty = new FaultyPath(options);
    faulty.#path = await openTcpPath(url, (near, far) => new Connection(faulty, near, far));
    return faulty;
  }

  /** The same database by way of this path. */
  get url(): string {
    return this.#path?.url ?? '';
  }

  async close(): Promise<void> {
    await this.#path?.close();
  }

  get options(): FaultyPathOptions {
    return this.#options;
  }
}

/** One connection; its faults are drawn when it is made. */
class Connection {
  readonly #path: FaultyPath;
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #fault: Fault;
  readonly #isSlow: boolean;
  #bytesLeft: number;
  #isSilent = false;

  constructor(path: FaultyPath, near: Socket, far: Socket) {
    const { random, faultsPerConnection } = path.options;
    this.#path = path;
    this.#near = near;
    this.#far = far;
    const isDoomed = random.chance(faultsPerConnection);
    this.#bytesLeft = isDoomed ? 1 + random.below(BYTES_MAX) : Number.POSITIVE_INFINITY;
    this.#fault = FAULTS[random.below(FAULTS.length)] as Fault;
    this.#isSlow = random.chance(SLOW_CONNECTIONS);
    if (this.#isSlow) path.faults.slow += 1;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true);
      from.on('close', () => this.#end());
      this.#carry(from, to);
    }
  }

  #carry(from: Socket, to: Socket): void {
    let sent = Promise.resolve();
    from.on('data', (chunk: Buffer) => {
      if (!this.#isSlow) this.#forward(chunk, to);
      else sent = sent.then(delay(this.#path)).then(() => this.#forward(chunk, to));
    });
  }

  #forward(chunk: Buffer, to: Socket): void {
    if (this.#isSilent || this.#near.destroyed) return;
    const { isCalm, faults, options } = this.#path;
    const commitAt = to === this.#far && !isCalm ? commitIn(chunk) : null;
    if (commitAt !== null && options.random.chance(options.cutsPerCommit)) {
      faults.commit += 1;
      const ends = [commitAt, commitAt + 3, chunk.length, chunk.length];
      this.#cut(chunk.subarray(0, ends[options.random.below(ends.length)]), to);
    } else if (!isCalm && chunk.length > this.#bytesLeft) {
      faults[this.#fault] += 1;
      this.#fail(chunk.subarray(0, this.#bytesLeft), to);
    } else {
      this.#bytesLeft = Math.max(1, this.#bytesLeft - chunk.length);
      to.write(chunk);
    }
  }

  #fail(last: Buffer, to: Socket): void {
    if (this.#fault === 'cut') this.#cut(last, to);
    else if (this.#fault === 'reset') {
      this.#near.resetAndDestroy();
      this.#far.resetAndDestroy();
    } else {
      to.write(last);
      this.#isSilent = true;
    }
  }

  /** What the database is to get arrives there, and only then it hears that nobody is left. */
  #cut(last: Buffer, to: Socket): void {
    this.#near.destroy();
    if (to === this.#far) this.#far.end(last);
    else this.#far.destroy();
  }

  #end(): void {
    for (const socket of [this.#near, this.#far]) {
      if (!socket.writableEnded) socket.destroy();
    }
  }
}

function delay({ options }: FaultyPath): () => Promise<void> {
  const ms = options.random.below(DELAY_MS_MAX);
  return () => new Promise((resolve) => setTimeout(resolve, ms));
}

/** Where the statement stands in what is sent; data of an event never holds that word. */
function commitIn(chunk: Buffer): number | null {
  const found = /commit/i.exec(chunk.toString('latin1'));
  return found === null ? null : found.index;
}
