// A stream of an active database as what is copied from. A reserved consumer, COPY_ and the copy's name and id, holds
// discarding back as long as the copy is not at its end, also while it is paused.
import { copyIdent } from '../../contract/consumer.ts';
import { isServiceError } from '../../contract/errors.ts';
import type { EventRow } from '../../contract/event.ts';
import type { EventId } from '../../contract/event-id.ts';
import { readDeliverable } from '../../feed/deliverable.ts';
import type { CopyRange, CopyTerms } from '../../store/copy-job.ts';
import type { ReadLimits, Store } from '../../store/store.ts';
import { requireReadable } from '../../store/stream-state.ts';
import type { SourceEnd } from '../source.ts';
import type { CopyIdent, CopySource, HeldCopy } from './copy-source.ts';
import { rangeOf, requireStill, truncated } from './range.ts';

export interface QueueSourceOptions {
  readonly store: Store;
  readonly stream: string;
  readonly onInvalid: (id: EventId) => void;
}

export class QueueSource implements CopySource {
  readonly stream: string;
  readonly #options: QueueSourceOptions;
  #epoch = 1;
  /** Of the reserved consumer; null = it was not looked up yet. */
  #consumerId: string | null = null;

  constructor(options: QueueSourceOptions) {
    this.#options = options;
    this.stream = options.stream;
  }

  async range(terms: CopyTerms): Promise<CopyRange> {
    const { store } = this.#options;
    const state = await store.syncedState(this.stream);
    // Half of another copy would be what there is.
    requireReadable(this.stream, state);
    const readableAfter = await store.readableAfter(this.stream, state);
    return rangeOf(terms, { ...state, readableAfter });
  }

  async hold(copy: HeldCopy, cursor: EventId): Promise<void> {
    const { store } = this.#options;
    this.#epoch = copy.epoch;
    await this.#orTruncated(cursor, async () => {
      await store.registerConsumer(this.stream, copyIdent(copy), { id: cursor });
      this.#consumerId = (await store.findConsumer(this.stream, copyIdent(copy)))?.id ?? null;
    });
  }

  async moveCursor(_copy: CopyIdent, cursor: EventId): Promise<void> {
    const consumerId = this.#consumerId;
    if (consumerId === null) return;
    const ack = { consumerId, token: null, cursor, epoch: this.#epoch };
    await this.#options.store.advanceCursors([ack]);
  }

  async letGo(copy: CopyIdent): Promise<void> {
    const how = { isDryRun: false, dropsParked: true };
    await this.#options.store.unregisterConsumer(this.stream, copyIdent(copy), how);
  }

  end(): Promise<SourceEnd> {
    return this.#options.store.streamState(this.stream);
  }

  async read(after: EventId, limits: ReadLimits): Promise<readonly EventRow[]> {
    const rows = await this.#orTruncated(after, () =>
      readDeliverable(this.#options, after, limits),
    );
    // Asked behind the rows: a stream that was restored in between gives their ids to other events.
    requireStill(await this.end(), { id: rows.at(-1)?.[0] ?? after, epoch: this.#epoch });
    return rows;
  }

  async isAtItsEnd(): Promise<boolean> {
    const { store } = this.#options;
    if ((await store.streamState(this.stream)).status !== 'sealed') return false;
    // The copy ends with it.
    return (await store.syncedState(this.stream)).status === 'sealed';
  }

  async close(): Promise<void> {}

  async #orTruncated<T>(requested: EventId, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isServiceError(error) || error.code !== 'CursorTooOld') throw error;
      throw truncated(requested, error.details.earliest as EventId);
    }
  }
}
