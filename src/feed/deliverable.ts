// What stands in the queue but may not go out as it stands. Where the database's own JSON check is lax (MariaDB
// lets "\q" and 1. through), rows that came by SQL are parsed once before they reach a frame.
import type { EventRow } from '../contract/event.ts';

/** Says that an event's data was not JSON; its data is null, its id and ts are its own. */
export const INVALID_DATA_TYPE = 'aftercommit:invalid-data';

export function deliverable(rows: readonly EventRow[], onInvalid: () => void): EventRow[] {
  return rows.map((row) => {
    if (isJson(row[2])) return row;
    onInvalid();
    return [row[0], INVALID_DATA_TYPE, 'null', row[3]];
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
