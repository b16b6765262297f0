// Who waits for something new. Readers with the same want wait together, so that what nobody of them wants wakes none
// of them, and is looked at once however many they are.
import type { Hint } from '../base/hint.ts';
import type { EventRow } from '../contract/event.ts';
import { type EventId, maxId } from '../contract/event-id.ts';
import type { TypeFilter } from './cut.ts';

interface Group {
  readonly filter: TypeFilter | null;
  readonly hints: Set<Hint>;
  /** Nothing wanted has come up to here. */
  upTo: EventId;
  /** True when something has come that nobody of them wants. */
  hasPassed: boolean;
}

/** A reader that waits. */
export interface Waiting {
  /** Stops waiting; gives the id up to which nothing wanted has come. */
  leave(): EventId;
}

const ALL = '*';

export class Audience {
  readonly #groups = new Map<string, Group>();

  /** Gives the hint once, when something wanted comes behind `newest`, which is the same for all who come now. */
  join(filter: TypeFilter | null, newest: EventId, hint: Hint): Waiting {
    const key = filter?.key ?? ALL;
    const group = this.#groups.get(key) ?? this.#open(key, filter, newest);
    group.hints.add(hint);
    return {
      leave: () => {
        group.hints.delete(hint);
        if (group.hints.size === 0 && this.#groups.get(key) === group) this.#groups.delete(key);
        return group.upTo;
      },
    };
  }

  /** New rows, in order. */
  tell(rows: readonly EventRow[]): void {
    const newest = rows.at(-1)?.[0];
    if (newest === undefined) return;
    for (const [key, group] of this.#groups) {
      const { filter } = group;
      if (filter === null || rows.some(([, type]) => filter.lets(type))) this.#wake(key, group);
      else {
        for (const [, type] of rows) filter.onLeftOut?.(type);
        group.upTo = maxId(group.upTo, newest);
        group.hasPassed = true;
      }
    }
  }

  /** Wakes those past whom something went, so that they can say how far they are. */
  wakePassed(): void {
    for (const [key, group] of this.#groups) if (group.hasPassed) this.#wake(key, group);
  }

  wakeAll(): void {
    for (const [key, group] of this.#groups) this.#wake(key, group);
  }

  #open(key: string, filter: TypeFilter | null, newest: EventId): Group {
    const group = { filter, hints: new Set<Hint>(), upTo: newest, hasPassed: false };
    this.#groups.set(key, group);
    return group;
  }

  #wake(key: string, group: Group): void {
    this.#groups.delete(key);
    for (const hint of group.hints) hint.give();
  }
}
