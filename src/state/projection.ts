// What events do to the state of their stream. Each event says by itself which items it writes, removes or replaces, so
// a fold needs no look at what was there before.
import type { EventRow } from '../contract/event.ts';
import type { EventId } from '../contract/event-id.ts';
import { itemsOf, membersOf, onOneLine, type Span } from '../contract/json-text.ts';
import { configOf, type StateKind } from './kinds.ts';

/** `value`: JSON text as it stood in the event; null = the item is removed. */
export interface ItemChange {
  readonly kind: string;
  readonly key: string;
  readonly version: EventId;
  readonly value: string | null;
}

/** The items of a kind are these, and no others. */
export interface KindChange {
  readonly kind: string;
  readonly version: EventId;
  readonly items: readonly ItemChange[];
}

export type StateChange = ItemChange | KindChange;

type Verb = 'upsert' | 'remove' | 'replace';

interface Rule {
  readonly kind: StateKind;
  readonly verb: Verb;
}

/** As the column takes it, on every database. */
const KEY_LENGTH_MAX = 255;
// biome-ignore lint/suspicious/noControlCharactersInRegex: keys with them are refused
const BAD_KEY = /[\u0000-\u001f\u007f]|\s$|[\ud800-\udfff]/u;

export class Projection {
  readonly stream: string;
  readonly kinds: readonly string[];
  /** Which configuration it is of. */
  readonly config: string;
  readonly #rules = new Map<string, Rule[]>();

  /** `kinds` are all of one stream. */
  constructor(stream: string, kinds: readonly StateKind[]) {
    this.stream = stream;
    this.kinds = kinds.map(({ name }) => name);
    this.config = configOf(kinds);
    for (const kind of kinds) {
      for (const verb of ['upsert', 'remove', 'replace'] as const) {
        for (const type of kind[verb]) this.#rule(type, { kind, verb });
      }
    }
  }

  /** The types of events that may change these kinds. */
  typesOf(kinds: readonly string[]): string[] {
    return [...this.#rules]
      .filter(([, rules]) => rules.some(({ kind }) => kinds.includes(kind.name)))
      .map(([type]) => type);
  }

  /** In the order of the kinds. An event that says nothing of a kind (no key) changes nothing there. */
  changesOf([version, type, data]: EventRow): StateChange[] {
    const rules = this.#rules.get(type) ?? [];
    return rules.flatMap(({ kind, verb }): StateChange[] => {
      if (verb === 'replace') return kindChange(kind, version, data);
      const key = keyAt(data, WHOLE(data), kind.key);
      if (key === null) return [];
      if (verb === 'remove') return [{ kind: kind.name, key, version, value: null }];
      const value = textAt(data, WHOLE(data), kind.value);
      return value === null ? [] : [{ kind: kind.name, key, version, value }];
    });
  }

  /** True when the event was to change something, and does not say what. */
  isUnclear(row: EventRow): boolean {
    const rules = this.#rules.get(row[1]) ?? [];
    return this.changesOf(row).length < rules.length;
  }

  #rule(type: string, rule: Rule): void {
    const rules = this.#rules.get(type) ?? [];
    rules.push(rule);
    this.#rules.set(type, rules);
  }
}

const WHOLE = (data: string): Span => ({ start: 0, end: data.length });

/** An object's members by their names, or a list of items that have their keys in them. */
function kindChange(kind: StateKind, version: EventId, data: string): KindChange[] {
  const span = spanAt(data, WHOLE(data), kind.value);
  if (span === null) return [];
  const items = new Map<string, ItemChange>();
  const add = (key: string | null, { start, end }: Span) => {
    if (key === null || !isKey(key)) return false;
    const value = onOneLine(data.slice(start, end));
    items.set(key, { kind: kind.name, key, version, value });
    return true;
  };
  const opening = data[firstOf(data, span)];
  const isWhole =
    opening === '{'
      ? membersOf(data, span.start).every((member) => add(member.key, member))
      : opening === '[' &&
        itemsOf(data, span.start).every((item) => add(keyAt(data, item, kind.key), item));
  return isWhole ? [{ kind: kind.name, version, items: [...items.values()] }] : [];
}

/** A text or a number; null = there is none that could be a key. */
function keyAt(data: string, within: Span, pointer: readonly string[]): string | null {
  const text = textAt(data, within, pointer);
  if (text === null) return null;
  const value: unknown = JSON.parse(text);
  // As it is written: a number may be larger than JavaScript's are.
  const key = typeof value === 'number' ? text : value;
  return typeof key === 'string' && isKey(key) ? key : null;
}

/** What is none is no item's, whatever a database would take it for. */
export function isKey(key: string): boolean {
  return key !== '' && key.length <= KEY_LENGTH_MAX && !BAD_KEY.test(key);
}

function textAt(data: string, within: Span, pointer: readonly string[]): string | null {
  const span = spanAt(data, within, pointer);
  return span === null ? null : onOneLine(data.slice(span.start, span.end).trim());
}

/** RFC 6901; null = there is nothing. */
function spanAt(data: string, within: Span, pointer: readonly string[]): Span | null {
  let span: Span = within;
  for (const token of pointer) {
    const opening = data[firstOf(data, span)];
    const found: Span | undefined =
      opening === '{'
        ? membersOf(data, span.start).findLast(({ key }) => key === token)
        : opening === '[' && /^(?:0|[1-9]\d{0,8})$/.test(token)
          ? itemsOf(data, span.start)[Number(token)]
          : undefined;
    if (found === undefined) return null;
    span = found;
  }
  return span;
}

function firstOf(data: string, { start, end }: Span): number {
  let at = start;
  while (at < end && /\s/.test(data[at] as string)) at += 1;
  return at;
}
