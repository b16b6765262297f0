// What all writers share: who they are, and the record of one write with its three possible ends.
import type { Random } from '../../support/random.ts';
import type { Outcome, Write, Written } from '../history.ts';
import { type Recorder, TYPES } from '../recorder.ts';

export interface WriterOptions {
  readonly name: string;
  readonly random: Random;
  readonly recorder: Recorder;
  readonly isDone: () => boolean;
}

/** A write that is going on; `end` records it. */
export class OpenWrite {
  readonly events: Written[] = [];
  readonly undone: Written[] = [];
  readonly #options: WriterOptions;
  readonly #isKeyed: boolean;
  readonly #begunAt: number;
  #commitSentAt: number | null = null;
  #committedAt: number | null = null;
  readonly #answers: (readonly string[])[] = [];

  constructor(options: WriterOptions, { isKeyed } = { isKeyed: false }) {
    this.#options = options;
    this.#isKeyed = isKeyed;
    this.#begunAt = options.recorder.now();
  }

  /** Makes that many events, of random types. */
  make(count: number, types: readonly string[] = TYPES): Written[] {
    const { name, random, recorder } = this.#options;
    return Array.from({ length: count }, () =>
      recorder.event(name, types[random.below(types.length)] as string),
    );
  }

  commitSent(): void {
    this.#commitSentAt = this.#options.recorder.now();
  }

  /** The ids that a call was told; one that is made again is told them each time. */
  answered(ids: readonly string[]): void {
    this.#committedAt ??= this.#options.recorder.now();
    this.#answers.push(ids);
  }

  end(outcome: Outcome, ids: readonly string[] | null = null): void {
    const { name, recorder } = this.#options;
    if (ids !== null) this.answered(ids);
    if (outcome === 'committed') this.#committedAt ??= recorder.now();
    const write: Write = {
      writer: name,
      events: this.events,
      undone: this.undone,
      begunAt: this.#begunAt,
      commitSentAt: this.#commitSentAt,
      committedAt: this.#committedAt,
      outcome,
      isKeyed: this.#isKeyed,
      answers: this.#answers,
    };
    recorder.writes.push(write);
  }
}

/** Sizes of many small and some large writes. */
export function someCount(random: Random, max: number): number {
  return 1 + random.below(random.chance(0.1) ? max : Math.min(max, 4));
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
