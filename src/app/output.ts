// Lines to one stream, at the reader's pace. A reader that goes away (`| head`) is no failure: `closed` says so, and
// whoever prints then is told by `OutputClosed`.
import { once } from 'node:events';
import type { Writable } from 'node:stream';

export class OutputClosed extends Error {
  override name = 'OutputClosed';
}

export class Output {
  readonly #stream: Writable;
  readonly #closed = new AbortController();

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', () => this.#closed.abort());
  }

  /** Aborted when nobody reads any more. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  get isTerminal(): boolean {
    return (this.#stream as { isTTY?: boolean }).isTTY === true;
  }

  /** Resolves when the next line may come. */
  print(line: string): Promise<void> {
    return this.write(`${line}\n`);
  }

  async write(text: string): Promise<void> {
    if (this.closed.aborted) throw new OutputClosed();
    if (this.#stream.write(text)) return;
    try {
      await once(this.#stream, 'drain', { signal: this.closed });
    } catch {
      throw new OutputClosed();
    }
  }
}
