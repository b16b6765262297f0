// A stream of the active database as a relay's source, read through its archive where there is one.
import type { EventRow } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';
import { readOn } from '../feed/deliverable.ts';
import type { ReadLimits, Store } from '../store/store.ts';
import { HeldLease, type LeaseRequest } from './held-lease.ts';
import type { SinkPosition } from './sink.ts';
import type { Source, SourceEnd, SourceLease } from './source.ts';

export interface StoreSourceOptions extends LeaseRequest {
  readonly store: Store;
  /**
   * Makes sure that the consumer is there; called each time before its lease is asked for, which it is not when this
   * gives `not-now`.
   */
  readonly register: () => Promise<unknown>;
  /** Told of each row that is no event, and goes out as null. */
  readonly onInvalid: (id: EventId) => void;
}

export class StoreSource implements Source {
  readonly #options: StoreSourceOptions;
  #epoch = 1;

  constructor(options: StoreSourceOptions) {
    this.#options = options;
  }

  get stream(): string {
    return this.#options.stream;
  }

  async take(): Promise<SourceLease | null> {
    const { store, register } = this.#options;
    if ((await register()) === 'not-now') return null;
    return HeldLease.take(store, this.#options);
  }

  async end(): Promise<SourceEnd> {
    const state = await this.#options.store.streamState(this.stream);
    this.#epoch = state.epoch;
    return state;
  }

  read(after: EventId, limits: ReadLimits): Promise<readonly EventRow[]> {
    return readOn(this.#options, { id: after, epoch: this.#epoch }, limits);
  }

  miss(seen: SinkPosition): Promise<void> {
    return this.#options.store.epochs.beginWithout(this.stream, seen);
  }
}
