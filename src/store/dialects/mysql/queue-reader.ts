// Reads one stream's queue on the pool, bounded in bytes: the sizes first, then as many of the rows as fit. A running
// sum by a window function in one statement took 2.0 ms for 1000 rows against 1.2 for these two, and a prepared
// statement 0.9 against 0.6 for the plain one. Between the two only a discard can take rows away, from the lowest on,
// and whoever asked looks for that.
import type { Knex } from 'knex';
import type { EventRow } from '../../../contract/event.ts';
import type { EventId } from '../../../contract/event-id.ts';
import type { ReadLimits } from '../../dialect.ts';
import { tablesOf } from '../../tables.ts';
import { Lookahead } from './lookahead.ts';
import { READ_ROWS, READ_SIZES } from './statements.ts';

/** What a row costs beside its data, near enough. */
const ROW_BYTES = 100;

export class QueueReader {
  readonly #db: Knex;
  readonly #queue: string;
  readonly #lookahead = new Lookahead();

  constructor(db: Knex, stream: string) {
    this.#db = db;
    this.#queue = tablesOf(stream).queue;
  }

  async read(after: EventId, { eventsMax, bytesMax }: ReadLimits): Promise<EventRow[]> {
    const rowsMax = this.#lookahead.rows(eventsMax);
    const seen = await this.#rows(READ_SIZES, [this.#queue, BigInt(after), rowsMax]);
    const sizes = seen.map(([, bytes]) => Number(bytes) + ROW_BYTES);
    const last = seen[this.#lookahead.fitting(sizes, bytesMax) - 1]?.[0];
    if (last === undefined) return [];
    const rows = await this.#rows(READ_ROWS, [this.#queue, BigInt(after), BigInt(last)]);
    return rows.map(([id, type, data, ts]) => [id as EventId, type, data, isoTime(ts)] as EventRow);
  }

  async #rows(sql: string, values: readonly unknown[]): Promise<string[][]> {
    const query = this.#db.raw(sql, values as Knex.RawBinding[]);
    const [rows] = await query.options({ rowsAsArray: true });
    return rows;
  }
}

/** From a datetime(3) in UTC, as the driver delivers it: `2026-11-20 21:32:25.123`. */
function isoTime(time: string | undefined): string {
  return `${time?.slice(0, 10)}T${time?.slice(11)}Z`;
}
