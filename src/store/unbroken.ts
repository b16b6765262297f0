// Is a run of rows whole? Rows are only ever taken from the queue by a discard, the lowest first, so between two that
// were read none is missing, except where a stream was adopted: up to `gapsUpTo` ids may never have been given.
import { ServiceError } from '../contract/errors.ts';
import type { EventRow } from '../contract/event.ts';
import { compareIds, type EventId, idPlus, maxId } from '../contract/event-id.ts';

/** True when the rows are the ids right behind `after`, none left out. */
export function isDense(after: EventId, rows: readonly EventRow[]): boolean {
  return (rows.at(-1)?.[0] ?? after) === idPlus(after, rows.length);
}

/** Throws, naming `what` holds the rows, when a row is missing between `after` and the last: it was removed by hand. */
export function requireUnbroken(
  what: string,
  after: EventId,
  rows: readonly EventRow[],
  gapsUpTo: EventId,
): void {
  const own = rows.filter(([id]) => compareIds(id, gapsUpTo) > 0);
  if (own.length === 0 || isDense(maxId(after, gapsUpTo), own)) return;
  const last = rows.at(-1)?.[0];
  throw new ServiceError('InternalError', {
    message: `${what} has a hole between ${after} and ${last}: events were removed by hand.`,
    details: { after, last, found: rows.length },
  });
}
