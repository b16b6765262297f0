// Keeps what happens in a run, as it happens. One clock for all, and no two moments of it are equal.
import type { Acknowledgement, Batch, Consumer, History, Row, Write, Written } from './history.ts';

/** The types of a run; the last two cannot be carried by the FutoIn wire. */
export const FUTOIN_TYPES = ['A', 'B', 'C_C', 'LAST'] as const;
export const TYPES = ['A', 'B', 'C_C', 'order.paid', 'x:y/1'] as const;
/** The type of the event that ends a run; every consumer wants it. */
export const LAST = 'LAST';

export class Recorder {
  readonly writes: Write[] = [];
  readonly batches: Batch[] = [];
  readonly consumers: Consumer[] = [];
  readonly acknowledgements: Acknowledgement[] = [];
  /** What must not happen and is no matter of order: answers that nothing in the run explains. */
  readonly unexpected: string[] = [];
  readonly #rows = new Map<string, Row>();
  #keys = 0;
  #sessions = 0;
  #nowMs = 0;

  now(): number {
    this.#nowMs = Math.max(performance.now(), this.#nowMs + 1e-6);
    return this.#nowMs;
  }

  event(writer: string, type: string): Written {
    this.#keys += 1;
    return { key: `${writer}.${this.#keys}`, type };
  }

  /** How many events were made so far, whatever became of them. */
  get made(): number {
    return this.#keys;
  }

  session(): number {
    this.#sessions += 1;
    return this.#sessions;
  }

  /** The same event is the same object: in a long run it is delivered to many. */
  row({ id, type, key }: Row): Row {
    const known = this.#rows.get(id);
    if (known?.type === type && known.key === key) return known;
    const row = { id, type, key };
    if (known === undefined) this.#rows.set(id, row);
    return row;
  }

  history(queued: readonly Row[], archived: readonly Row[]): History {
    const { writes, consumers, batches, acknowledgements } = this;
    return { writes, consumers, batches, acknowledgements, queued, archived };
  }
}
