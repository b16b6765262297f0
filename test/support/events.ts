// Drafts and reading, as tests need them.
import type { Draft, EventRow } from '../../src/contract/event.ts';
import { type EventId, idPlus, NO_EVENT } from '../../src/contract/event-id.ts';
import type { Store } from '../../src/store/store.ts';

export const makeDraft = (type = 'TEST', data: unknown = null): Draft => ({
  type,
  data: JSON.stringify(data),
});

export const makeDrafts = (count: number, type = 'TEST'): Draft[] =>
  Array.from({ length: count }, (_, place) => makeDraft(type, place));

export const id = (value: number | string): EventId => String(value) as EventId;

/** Every event after `after`, read in pages. */
export async function readAll(
  store: Store,
  after: EventId = NO_EVENT,
  stream = 'main',
): Promise<EventRow[]> {
  const rows: EventRow[] = [];
  for (;;) {
    const page = await store.readAfter(stream, rows.at(-1)?.[0] ?? after, {
      eventsMax: 700,
      bytesMax: 4_194_304,
    });
    if (page.length === 0) return rows;
    rows.push(...page);
  }
}

/** Steps until the inbox is empty. */
export async function drainInbox(store: Store, stream = 'main'): Promise<number> {
  let count = 0;
  for (;;) {
    const { moved, isDrained } = await store.moveInbox(stream);
    count += moved;
    if (isDrained) return count;
  }
}

/** Throws unless the ids are 1, 2, 3 ... from `first` on. */
export function expectDense(rows: readonly EventRow[], first: EventId = id(1)): void {
  expect(rows.map((row) => row[0])).toEqual(rows.map((_, place) => idPlus(first, place)));
}
