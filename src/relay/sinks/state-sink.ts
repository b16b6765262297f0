// The state of a stream as a sink: items and cursor go in together, so the cursor is where it stands for certain.
import type { EventRow } from '../../contract/event.ts';
import type { Batch } from '../../contract/event-list.ts';
import type { ItemChange, Projection, StateChange } from '../../state/projection.ts';
import type { StateWrite, Store } from '../../store/store.ts';
import type { Sink, SinkPosition } from '../sink.ts';

export interface StateSinkOptions {
  readonly store: Store;
  readonly projection: Projection;
  /** Told of each event that was to change something, and does not say what. */
  readonly onUnclear: (event: EventRow) => void;
}

export class StateSink implements Sink {
  readonly title = 'The state';
  readonly #options: StateSinkOptions;

  constructor(options: StateSinkOptions) {
    this.#options = options;
  }

  /** What was made by another configuration is made anew, from the oldest event that can be read. */
  async open(): Promise<SinkPosition> {
    const { store, projection } = this.#options;
    const { stream, config } = projection;
    const facts = await store.states.find(stream);
    if (facts?.config === config) return { id: facts.cursor, epoch: facts.epoch };
    const state = await store.syncedState(stream);
    const { newest, epoch } = state;
    // Right before what is there: what is gone for good is no gap of this state's own.
    const cursor = await store.readableAfter(stream, state);
    const generation = (facts?.generation ?? 0) + 1;
    const begun = { config, cursor, epoch, generation, readyAt: newest, resumableFrom: newest };
    if (!(await store.states.reset(stream, begun))) {
      throw new Error('The state was begun anew by another node.');
    }
    return { id: cursor, epoch };
  }

  async write({ events, after, upTo, epoch }: Batch): Promise<void> {
    const { store, projection, onUnclear } = this.#options;
    const { stream, config } = projection;
    const changes = events.rows.flatMap((row) => {
      if (projection.isUnclear(row)) onUnclear(row);
      return projection.changesOf(row);
    });
    const move = { stream, config, from: after, to: upTo, epoch };
    if (await store.states.write(move, writesOf(changes))) return;
    // The answer to the last try may have been lost.
    const facts = await store.states.find(stream);
    if (facts?.config === config && facts.cursor === upTo) return;
    throw new Error('The state was moved by another node.');
  }

  async close(): Promise<void> {}
}

/** Of changes to one item only the last counts, up to where all of its kind is replaced. */
function writesOf(changes: readonly StateChange[]): StateWrite[] {
  const writes: StateWrite[] = [];
  let items = new Map<string, ItemChange>();
  const put = (item: ItemChange) => items.set(JSON.stringify([item.kind, item.key]), item);
  for (const change of changes) {
    if ('key' in change) put(change);
    else {
      writes.push({ items: [...items.values()] }, { removed: change });
      items = new Map();
      for (const item of change.items) put(item);
    }
  }
  writes.push({ items: [...items.values()] });
  return writes;
}
