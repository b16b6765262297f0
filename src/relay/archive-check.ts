// Compares a history with its checksums, and with the active database as far as that still has the same events. Each
// range is read again on both sides. It may run beside archiver and discarder: archived rows never change, and what is
// discarded meanwhile is simply no longer compared.
//
// Two kinds of rows have no checksum: those that were archived before there were any, and the rest of a range whose
// beginning was pruned. They are checked for holes, and against the active database.
import { ServiceError } from '../contract/errors.ts';
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId, idPlus, maxId, minId, NO_EVENT } from '../contract/event-id.ts';
import { sharedUpTo } from '../contract/forks.ts';
import { BATCH_BYTES_MAX, EVENTS_MAX } from '../contract/limits.ts';
import type { Checksum, Warehouse } from '../store/warehouse.ts';
import type { ActiveSide, ActiveState } from './active-side.ts';
import { firstDifference } from './first-difference.ts';
import { RangeSum } from './range-sum.ts';

/**
 * Which rows are not what they were: `checksum` when both databases have the same, and the checksum is of others;
 * `unknown` when the two differ, and there is no checksum to say which of them has changed.
 */
export type Side = 'warehouse' | 'active' | 'both' | 'checksum' | 'unknown';

/** What was found in `after < id <= last`. */
export interface Finding {
  readonly after: EventId;
  readonly last: EventId;
  readonly result: 'verified' | 'unchecked' | 'pruned' | 'differs';
  /** Events of the history in it. */
  readonly events: number;
  /** Where it differs. */
  readonly side?: Side;
  /** The lowest id that differs; null when no database that is left tells. */
  readonly first?: EventId | null;
}

export interface ArchiveCheckOptions {
  readonly warehouse: Warehouse;
  readonly active: ActiveSide;
  readonly stream: string;
  /** The watermark's name. */
  readonly watermark: string;
  /** Only ranges that hold ids from here on. */
  readonly fromId: EventId;
  /** Only ranges that hold ids up to here; null = all. */
  readonly toId: EventId | null;
}

type Range = Pick<Checksum, 'after' | 'last'>;

const PAGE = { eventsMax: EVENTS_MAX, bytesMax: BATCH_BYTES_MAX };
const CHECKSUMS = 500;

/** Finding by finding, in the order of ids. */
export async function* checkArchive(options: ArchiveCheckOptions): AsyncGenerator<Finding> {
  const { toId } = options;
  const check = await ArchiveCheck.begin(options);
  if (check === null) return;
  let reached = await check.prunedUpTo();
  if (reached !== NO_EVENT) yield { after: NO_EVENT, last: reached, result: 'pruned', events: 0 };
  for await (const checksum of check.checksums()) {
    if (toId !== null && compareIds(checksum.after, toId) >= 0) break;
    const isPruned = compareIds(checksum.last, reached) <= 0;
    const isWhole = compareIds(checksum.after, reached) >= 0;
    if (isWhole) yield* check.unsummed({ after: reached, last: checksum.after });
    if (isWhole && check.isAsked(checksum)) yield await check.summed(checksum);
    else if (!isWhole && !isPruned) {
      yield* check.unsummed({ after: reached, last: checksum.last });
    }
    reached = maxId(reached, checksum.last);
  }
  yield* check.unsummed({ after: reached, last: check.archivedUpTo });
  yield* check.foreign();
}

class ArchiveCheck {
  readonly #options: ArchiveCheckOptions;
  readonly archivedUpTo: EventId;
  #state: ActiveState;

  private constructor(options: ArchiveCheckOptions, state: ActiveState, archivedUpTo: EventId) {
    this.#options = options;
    this.#state = state;
    this.archivedUpTo = archivedUpTo;
  }

  /** null when nothing was archived yet. */
  static async begin(options: ArchiveCheckOptions): Promise<ArchiveCheck | null> {
    const { warehouse, active, stream, watermark } = options;
    const found = await warehouse.findWatermark(watermark, stream);
    if (found === null) return null;
    const state = await active.state();
    const at = minId(sharedUpTo(state, found.epoch) ?? state.newest, state.newest);
    if (compareIds(found.lastId, at) > 0) {
      throw new ServiceError('HistoryForked', {
        message: 'The warehouse holds events of another history than the active database.',
        details: { stream, at, position: found.lastId },
      });
    }
    return new ArchiveCheck(options, state, found.lastId);
  }

  /** What the active database still has was not pruned, but is missing. */
  async prunedUpTo(): Promise<EventId> {
    const { warehouse, stream } = this.#options;
    const first = await warehouse.firstId(stream);
    const before = first === null ? this.archivedUpTo : idPlus(first, -1);
    return minId(minId(before, this.archivedUpTo), this.#state.discardedUpTo);
  }

  /** In order. */
  async *checksums(): AsyncGenerator<Checksum> {
    const { warehouse, stream } = this.#options;
    let beginning: EventId | null = null;
    for (;;) {
      const page: Checksum[] = await warehouse.listChecksums(stream, {
        beginning,
        limit: CHECKSUMS,
      });
      for (const checksum of page) {
        // Written since the check began.
        if (compareIds(checksum.after, this.archivedUpTo) >= 0) return;
        yield checksum;
      }
      const last = page.at(-1);
      if (last === undefined) return;
      beginning = last.after;
    }
  }

  isAsked({ after, last }: Range): boolean {
    const { fromId, toId } = this.#options;
    return compareIds(last, fromId) >= 0 && (toId === null || compareIds(after, toId) < 0);
  }

  /** A range with a checksum. */
  async summed(checksum: Checksum): Promise<Finding> {
    const { after, last } = checksum;
    const archived = await this.#history(checksum);
    const { rows: queued, from } = await this.#queue(checksum);
    const events = archived.length;
    const isKept = sumOf(checksum, archived).is(checksum);
    if (!isKept && compareIds(await this.prunedUpTo(), after) > 0) {
      return { after, last, result: 'pruned', events };
    }
    const difference = firstDifference(behind(archived, from), queued);
    if (isKept && difference === null) return { after, last, result: 'verified', events };
    const side = isKept ? 'active' : this.#sideOf(checksum, queued, from, difference);
    const first = difference ?? (isKept ? null : this.#firstHole(checksum, archived));
    return { after, last, result: 'differs', events, side, first };
  }

  /** Rows without a checksum, page by page. */
  async *unsummed({ after, last }: Range): AsyncGenerator<Finding> {
    const { fromId, toId } = this.#options;
    let reached = maxId(after, minId(idPlus(fromId, -1), last));
    const end = toId === null ? last : minId(last, toId);
    while (compareIds(reached, end) < 0) {
      const { warehouse, stream } = this.#options;
      const page = await warehouse.readHistory(stream, reached, PAGE);
      const archived = upTo(page, end);
      const pageEnd = archived.length === page.length ? (archived.at(-1)?.[0] ?? end) : end;
      const range = { after: reached, last: pageEnd };
      const { rows: queued, from } = await this.#queue(range);
      const hole = this.#firstHole(range, archived);
      const difference = firstDifference(behind(archived, from), queued);
      const events = archived.length;
      if (hole === null && difference === null) yield { ...range, result: 'unchecked', events };
      else {
        const first = hole !== null && difference !== null ? minId(hole, difference) : null;
        const side = hole === null ? 'unknown' : 'warehouse';
        yield { ...range, result: 'differs', events, side, first: first ?? hole ?? difference };
      }
      reached = pageEnd;
    }
  }

  /** Rows beyond the watermark, which no archiver has written. */
  async *foreign(): AsyncGenerator<Finding> {
    const { warehouse, stream, watermark } = this.#options;
    const first = await warehouse.firstId(stream, this.archivedUpTo);
    if (first === null) return;
    // Asked for after the row: an archiver at work moves it together with its rows.
    const now = await warehouse.findWatermark(watermark, stream);
    const after = now?.lastId ?? this.archivedUpTo;
    const beyond = compareIds(first, after) > 0 ? first : await warehouse.firstId(stream, after);
    const later = await warehouse.findWatermark(watermark, stream);
    if (beyond === null || (later !== null && compareIds(beyond, later.lastId) <= 0)) return;
    yield { after, last: beyond, result: 'differs', events: 1, side: 'warehouse', first: beyond };
  }

  #sideOf(
    checksum: Checksum,
    queued: readonly EventRow[],
    from: EventId,
    difference: EventId | null,
  ): Side {
    if (from !== checksum.after) return 'warehouse';
    if (sumOf(checksum, queued).is(checksum)) return 'warehouse';
    return difference === null ? 'checksum' : 'both';
  }

  async #history({ after, last }: Range): Promise<EventRow[]> {
    const { warehouse, stream } = this.#options;
    return readUpTo(last, after, (at) => warehouse.readHistory(stream, at, PAGE));
  }

  /** What is left of it in the active database, where it begins behind `from`. */
  async #queue({ after, last }: Range): Promise<{ rows: EventRow[]; from: EventId }> {
    const { active } = this.#options;
    for (;;) {
      const from = minId(maxId(after, this.#state.discardedUpTo), last);
      try {
        return { rows: await readUpTo(last, from, (at) => active.read(at)), from };
      } catch (error) {
        const before = this.#state.discardedUpTo;
        this.#state = await active.state();
        // Discarded meanwhile.
        if (before === this.#state.discardedUpTo) throw error;
      }
    }
  }

  /** The first id that is missing, or too much; null when there is none, or where ids may have gaps. */
  #firstHole({ after, last }: Range, rows: readonly EventRow[]): EventId | null {
    const start = maxId(after, this.#state.gapsUpTo);
    let expected = idPlus(start, 1);
    for (const [id] of behind(rows, start)) {
      if (id !== expected) return minId(id, expected);
      expected = idPlus(expected, 1);
    }
    return compareIds(expected, last) <= 0 ? expected : null;
  }
}

async function readUpTo(
  last: EventId,
  after: EventId,
  read: (after: EventId) => Promise<readonly EventRow[]>,
): Promise<EventRow[]> {
  const rows: EventRow[] = [];
  for (let at = after; compareIds(at, last) < 0; ) {
    const page = await read(at);
    const end = page.at(-1);
    if (end === undefined) break;
    rows.push(...upTo(page, last));
    at = end[0];
  }
  return rows;
}

function upTo(rows: readonly EventRow[], last: EventId): readonly EventRow[] {
  return rows.filter(([id]) => compareIds(id, last) <= 0);
}

function behind(rows: readonly EventRow[], after: EventId): readonly EventRow[] {
  return rows.filter(([id]) => compareIds(id, after) > 0);
}

function sumOf({ after, epoch }: Checksum, rows: readonly EventRow[]): RangeSum {
  return RangeSum.begin({ after, epoch }).with(rows);
}
