// Events with the whole seconds that FTN18 knows.
import { type EventRow, eventListText } from '../../contract/event.ts';
import { secondsOf } from '../../contract/time.ts';

export function futoinEventsText(rows: readonly EventRow[]): string {
  return eventListText(rows.map(([id, type, data, ts]) => [id, type, data, secondsOf(ts)]));
}
