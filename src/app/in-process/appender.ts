// Events of the embedding application that belong to no transaction of its own.
import { type Checks, optionProblem } from '../../base/options.ts';
import { anIdempotencyKey, anything, aStream, aText, required } from '../../contract/checks.ts';
import { INTERNAL } from '../../contract/consumer.ts';
import type { Draft } from '../../contract/event.ts';
import { jsonTextOf } from '../../contract/json-text.ts';
import { invalidOption, requireOptions } from '../../contract/require-options.ts';
import type { Generator } from '../../generator/generator.ts';

/** An event before it has an id. */
export interface NewEvent {
  /** What happened, in the application's words; matches `^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$`. */
  readonly type: string;
  /** Any JSON value of at most 2 MiB, or `new JsonText(text)`; left out, it is null. */
  readonly data?: unknown;
}

const NEW_EVENT: Checks<NewEvent> = { type: required(aText), data: anything };

/** Where events are added, and under which key. */
export interface AddOptions {
  /** The stream's name. @default 'main' */
  readonly stream?: string | undefined;
  /**
   * Names the call: tried again under the same key, with the same content, it adds nothing and gives the same id.
   * 1 to 128 printable ASCII characters without spaces. @default none
   */
  readonly idempotencyKey?: string | undefined;
}

const ADD_OPTIONS: Checks<AddOptions> = { stream: aStream, idempotencyKey: anIdempotencyKey };

/**
 * Adds events of this process that belong to no transaction: `app.generator`. All of it rejects with `ServiceError`:
 * `InvalidRequest`, `PayloadTooLarge`, `StreamNotFound`, `IdempotencyConflict`, `DefenseRejected`, `StoreUnavailable`,
 * `OutcomeUnknown`, `ShuttingDown`. docs/errors.md says which of them may be tried again.
 */
export class InProcessAppender {
  readonly #generator: Generator;

  /** @internal The app makes it. */
  constructor(generator: Generator) {
    this.#generator = generator;
  }

  /**
   * Appends one event and gives its id once it is committed. Calls are committed in the order in which they were made.
   *
   * @param type matches `^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$`
   * @param data any JSON value of at most 2 MiB, or `new JsonText(text)`; left out, it is null
   * @see FTN18, addEvent
   */
  async addEvent(type: string, data?: unknown, options: AddOptions = {}): Promise<string> {
    requireOptions('addEvent', options, ADD_OPTIONS);
    const { stream = 'main' } = options;
    return this.#generator.addEvent(stream, draftOf({ type, data }), originOf(options));
  }

  /**
   * Appends 1 to 1000 events, together or not at all, and gives the first and the last of their ids: they are
   * contiguous.
   */
  async addEvents(
    events: readonly NewEvent[],
    options: AddOptions = {},
  ): Promise<{ first: string; last: string }> {
    requireOptions('addEvents', options, ADD_OPTIONS);
    if (!Array.isArray(events)) throw invalidOption('addEvents', 'events must be a list');
    const { stream = 'main' } = options;
    return this.#generator.addEvents(stream, events.map(checkedDraftOf), originOf(options));
  }
}

function checkedDraftOf(event: NewEvent, nth: number): Draft {
  const problem = optionProblem(event, NEW_EVENT, 'member');
  if (problem !== null) throw invalidOption(`addEvents: events[${nth}]`, problem);
  return draftOf(event);
}

function draftOf({ type, data }: NewEvent): Draft {
  return { type, data: jsonTextOf(data) };
}

function originOf({ idempotencyKey: key }: AddOptions) {
  if (key === undefined) return {};
  return { key: { principal: INTERNAL, key } };
}
