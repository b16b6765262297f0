// Events of the embedding application that belong to no transaction of its own.
import { JsonText } from '../../client/public.ts';
import { INTERNAL } from '../../contract/consumer.ts';
import type { Draft } from '../../contract/event.ts';
import { jsonTextOf } from '../../contract/json-text.ts';
import { validate } from '../../contract/validate.ts';
import type { Generator } from '../../generator/generator.ts';

export interface NewEvent {
  /** Matches `^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$`. */
  readonly type: string;
  /** Any JSON value of at most 2 MiB, or `new JsonText(text)`; left out, it is null. */
  readonly data?: unknown;
}

export interface AddOptions {
  /** @default 'main' */
  readonly stream?: string | undefined;
  /** Names the call: tried again under the same key, with the same content, it adds nothing and gives the same id. */
  readonly idempotencyKey?: string | undefined;
}

/** All of it rejects with `ServiceError`, to be told apart by `code` (docs/errors.md). */
export class InProcessAppender {
  readonly #generator: Generator;

  constructor(generator: Generator) {
    this.#generator = generator;
  }

  /**
   * Appends one event and gives its id once it is committed. Calls are committed in the order in which they were made.
   *
   * @see FTN18, addEvent
   */
  async addEvent(type: string, data?: unknown, options: AddOptions = {}): Promise<string> {
    const { stream = 'main' } = options;
    return this.#generator.addEvent(stream, draftOf({ type, data }), originOf(options));
  }

  /** Appends 1 to 1000 events, together or not at all; their ids are contiguous. */
  async addEvents(
    events: readonly NewEvent[],
    options: AddOptions = {},
  ): Promise<{ first: string; last: string }> {
    const { stream = 'main' } = options;
    return this.#generator.addEvents(stream, events.map(draftOf), originOf(options));
  }
}

function draftOf({ type, data }: NewEvent): Draft {
  return { type, data: data instanceof JsonText ? data.text : jsonTextOf(data) };
}

function originOf({ idempotencyKey: key }: AddOptions) {
  if (key === undefined) return {};
  return { key: { principal: INTERNAL, key: validate<string>('idempotency-key', key) } };
}
