// The numbering where the inbox is moved by steps (PostgreSQL, MySQL): a stepper for each stream, made when it is first
// needed.
import type { Draft } from '../../contract/event.ts';
import type { Appended, Moved, Numbering } from '../dialect.ts';
import type { KeyedAppended, KeyedCall } from '../keyed.ts';
import { requireOpenStream } from '../stream-state.ts';

/** Takes the steps of one stream, one at a time. */
export interface StreamSteps {
  append(drafts: readonly Draft[]): Promise<Appended>;
  appendKeyed(calls: readonly KeyedCall[]): Promise<KeyedAppended>;
  move(): Promise<Moved>;
  close(): Promise<void>;
}

export interface SteppersOptions {
  readonly hasStream: (stream: string) => Promise<boolean>;
  readonly open: (stream: string) => StreamSteps;
}

export class Steppers implements Numbering {
  readonly #options: SteppersOptions;
  readonly #steppers = new Map<string, StreamSteps>();

  constructor(options: SteppersOptions) {
    this.#options = options;
  }

  async append(stream: string, drafts: readonly Draft[]): Promise<Appended> {
    return (this.#steppers.get(stream) ?? (await this.#open(stream))).append(drafts);
  }

  async appendKeyed(stream: string, calls: readonly KeyedCall[]): Promise<KeyedAppended> {
    return (this.#steppers.get(stream) ?? (await this.#open(stream))).appendKeyed(calls);
  }

  async moveInbox(stream: string): Promise<Moved> {
    return (this.#steppers.get(stream) ?? (await this.#open(stream))).move();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#steppers.values()].map((stepper) => stepper.close()));
  }

  /** Looks first whether the stream is there: a name from outside must not cost a connection. */
  async #open(stream: string): Promise<StreamSteps> {
    if (!(await this.#options.hasStream(stream))) requireOpenStream(stream, undefined);
    let stepper = this.#steppers.get(stream);
    if (stepper === undefined) {
      stepper = this.#options.open(stream);
      this.#steppers.set(stream, stepper);
    }
    return stepper;
  }
}
