// Runs of the queue that were read from the database not long ago, for readers behind the window: many that catch up
// together cost one read, small batches cost no more reads than large ones, and the next page is read while the last
// batch of this one is under way. What stands in the queue never changes, so a page never becomes wrong.
import { nextTurn } from '../base/clock.ts';
import { Recent } from '../base/recent.ts';
import { type EventRow, rowBytes } from '../contract/event.ts';
import { compareIds, type EventId } from '../contract/event-id.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../contract/limits.ts';
import type { ReadLimits } from '../store/store.ts';
import { indexBehind } from './rows.ts';

export type ReadRows = (after: EventId, limits: ReadLimits) => Promise<EventRow[]>;

/** Answers for everything in (after, upTo]. */
interface Page {
  readonly after: EventId;
  readonly upTo: EventId;
  readonly rows: readonly EventRow[];
}

const LIMITS = { weightMax: 4 * BATCH_BYTES_MAX, countMax: 64, idleMs: 10_000 };

export class Pages {
  readonly #read: ReadRows;
  readonly #pages = new Recent<Page>(LIMITS);
  readonly #loading = new Map<EventId, Promise<readonly EventRow[]>>();

  constructor(read: ReadRows) {
    this.#read = read;
  }

  /** Events behind `after` in order, some at least where there are any; `taking`: how many the caller will take. */
  async rowsBehind(after: EventId, taking: number): Promise<readonly EventRow[]> {
    const rows = this.#find(after) ?? (await this.#load(after));
    const isAlmostUsedUp = rows.length > 0 && rows.length <= 2 * taking;
    if (isAlmostUsedUp) this.#readAhead((rows.at(-1) as EventRow)[0]);
    return rows;
  }

  forgetIdle(): void {
    this.#pages.forgetIdle();
  }

  #find(after: EventId): readonly EventRow[] | null {
    const key = this.#pages.find((page) => covers(page, after));
    const page = key === null ? undefined : this.#pages.get(key);
    return page === undefined ? null : page.rows.slice(indexBehind(page.rows, after));
  }

  #load(after: EventId): Promise<readonly EventRow[]> {
    let loading = this.#loading.get(after);
    if (loading === undefined) {
      loading = this.#fetch(after).finally(() => this.#loading.delete(after));
      this.#loading.set(after, loading);
    }
    return loading;
  }

  async #fetch(after: EventId): Promise<readonly EventRow[]> {
    const eventsMax = EVENTS_MAX - placeInPage(after);
    const rows = await this.#read(after, { eventsMax, bytesMax: BATCH_BYTES_MAX });
    const upTo = rows.at(-1)?.[0];
    if (upTo !== undefined) {
      const bytes = rows.reduce((sum, row) => sum + rowBytes(row), 0);
      this.#pages.set(after, { after, upTo, rows }, bytes);
    }
    return rows;
  }

  #readAhead(after: EventId): void {
    if (this.#loading.has(after) || this.#pages.find((page) => covers(page, after)) !== null)
      return;
    // Behind what its reader does now; whoever needs the page meets the failure himself.
    void nextTurn()
      .then(() => this.#load(after))
      .catch(() => {});
  }
}

function covers({ after, upTo }: Page, position: EventId): boolean {
  return compareIds(after, position) <= 0 && compareIds(position, upTo) < 0;
}

/** Pages end at whole thousands, so readers that began at different places soon share them, and what is cut of them. */
function placeInPage(after: EventId): number {
  return Number(after.slice(-3)) % EVENTS_MAX;
}
