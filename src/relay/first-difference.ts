// Where two readings of the same events part.
import type { EventRow } from '../contract/event.ts';
import { type EventId, minId } from '../contract/event-id.ts';
import { lineText } from './sinks/file/lines.ts';

/** The lowest id that is not the same event in both; null when they are the same. */
export function firstDifference(
  some: readonly EventRow[],
  others: readonly EventRow[],
): EventId | null {
  for (let nth = 0; nth < Math.max(some.length, others.length); nth += 1) {
    const [row, other] = [some[nth], others[nth]];
    if (row !== undefined && other !== undefined && lineText(row) === lineText(other)) continue;
    if (row === undefined) return other?.[0] ?? null;
    return other === undefined ? row[0] : minId(row[0], other[0]);
  }
  return null;
}
