// Events as lines on standard output, at the pace of whoever reads it. It keeps no position, so the cursor counts: what
// was written last before a crash is written again.
import type { Writable } from 'node:stream';
import { onAbort } from '../../../base/on-abort.ts';
import { ServiceError } from '../../../contract/errors.ts';
import type { EventRow } from '../../../contract/event.ts';
import type { Batch } from '../../../contract/event-list.ts';
import type { StandingSink } from '../../standing-sink.ts';
import type { Line } from '../file/lines.ts';

export interface StdoutSinkOptions {
  /** As sentences begin with it. */
  readonly title: string;
  readonly lineOf: (row: EventRow) => Line;
  /** @default standard output of the process */
  readonly output?: Writable;
}

/** Those whose failures are heard: one that nobody hears would end the process. */
const heard = new WeakSet<Writable>();

export class StdoutSink implements StandingSink {
  readonly title: string;
  readonly #lineOf: (row: EventRow) => Line;
  readonly #output: Writable;

  constructor({ title, lineOf, output = process.stdout }: StdoutSinkOptions) {
    this.title = title;
    this.#lineOf = lineOf;
    this.#output = output;
    // Each write tells its own failure.
    if (!heard.has(output)) output.on('error', () => {});
    heard.add(output);
  }

  async stand(): Promise<null> {
    return null;
  }

  async open(): Promise<null> {
    return null;
  }

  /** Resolves when the system has taken the lines, so that a reader who is slow slows the relay. */
  async write({ events }: Batch, signal: AbortSignal): Promise<void> {
    if (events.size === 0) return;
    signal.throwIfAborted();
    const bytes = Buffer.concat(events.rows.map((row) => this.#lineOf(row).bytes));
    await new Promise<void>((resolve, reject) => {
      const leave = onAbort(signal, () => reject(signal.reason));
      this.#output.write(bytes, (error) => {
        leave();
        if (error) reject(this.#failure(error));
        else resolve();
      });
    });
  }

  async close(): Promise<void> {}

  #failure(error: NodeJS.ErrnoException): Error {
    if (error.code !== 'EPIPE') return error;
    const message = 'Nobody reads standard output any more.';
    return new ServiceError('SinkUnavailable', { message, cause: error });
  }
}
