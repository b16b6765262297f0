// A queue or a history as the destination of a copy: rows and watermark go in together.

import type { EventId } from '../../contract/event-id.ts';
import type { Batch } from '../../contract/event-list.ts';
import { INVALID_DATA_TYPE } from '../../feed/deliverable.ts';
import type { Copies, CopyEnd, CopyRequest } from '../../store/copies.ts';
import type { CopyAsk, CopyHold, CopyJob, CopyRange } from '../../store/copy-job.ts';
import type { SinkPosition } from '../sink.ts';
import { type CopyDestination, CopyLost, type CopySink } from './destination.ts';

export class TableDestination implements CopyDestination {
  readonly text: string;
  readonly #copies: Copies;
  readonly #stream: string;

  constructor(copies: Copies, stream: string, text: string) {
    this.#copies = copies;
    this.#stream = stream;
    this.text = text;
  }

  list(): Promise<CopyJob[]> {
    return this.#copies.list();
  }

  find(name: string): Promise<CopyJob> {
    return this.#copies.find(name);
  }

  known(request: Pick<CopyRequest, 'name' | 'terms'>): Promise<CopyJob | null> {
    return this.#copies.known({ ...request, stream: this.#stream });
  }

  begin(request: Omit<CopyRequest, 'stream'>): Promise<CopyJob> {
    return this.#copies.begin({ ...request, stream: this.#stream });
  }

  restate(job: CopyJob, range: CopyRange): Promise<CopyJob> {
    return this.#copies.restate(job, range);
  }

  take(name: string, node: string, leaseMs: number): Promise<{ job: CopyJob; isTaken: boolean }> {
    return this.#copies.take(name, node, leaseMs);
  }

  renew(hold: CopyHold, leaseMs: number): Promise<boolean> {
    return this.#copies.renew(hold, leaseMs);
  }

  sinkOf(job: CopyJob, leaseMs: number): CopySink {
    return new TableSink(this.#copies, job, leaseMs);
  }

  end(hold: CopyHold, end: CopyEnd): Promise<CopyJob> {
    return this.#copies.end(hold, this.#stream, end);
  }

  release(job: CopyJob): Promise<void> {
    return this.#copies.release(job);
  }

  ask(name: string, asked: CopyAsk): Promise<CopyJob> {
    return this.#copies.ask(name, asked);
  }
}

class TableSink implements CopySink {
  readonly title: string;
  readonly #copies: Copies;
  readonly #leaseMs: number;
  #job: CopyJob;

  constructor(copies: Copies, job: CopyJob, leaseMs: number) {
    this.title = `The copy ${job.name}`;
    this.#copies = copies;
    this.#job = job;
    this.#leaseMs = leaseMs;
  }

  get watermark(): EventId {
    return this.#job.watermark;
  }

  get copied(): number {
    return this.#job.copied;
  }

  get invalid(): number {
    return this.#job.invalid;
  }

  /** After a commit whose answer was lost, the row says what became of it. */
  async open(): Promise<SinkPosition> {
    const job = await this.#copies.reopen(this.#job);
    if (job === null) throw new CopyLost();
    this.#job = job;
    return { id: job.watermark, epoch: job.epoch };
  }

  async write({ events: { rows }, after, upTo }: Batch): Promise<void> {
    const { stream, copied, invalid } = this.#job;
    const bad = rows.filter(([, type]) => type === INVALID_DATA_TYPE).length;
    const batch = { rows, from: after, to: upTo, invalid: bad };
    if (!(await this.#copies.write(this.#job, stream, batch, this.#leaseMs))) throw new CopyLost();
    this.#job = {
      ...this.#job,
      watermark: upTo,
      copied: copied + rows.length,
      invalid: invalid + bad,
    };
  }

  async close(): Promise<void> {}
}
