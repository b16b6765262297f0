// Where a LIVE run begins, asked once: a run that connects again goes on from there, whatever was discarded meanwhile.
import { compareIds, type EventId, idPlus } from '../contract/event-id.ts';
import { CallError } from './call-error.ts';
import type { Calling, Reading } from './receiver.ts';

/** Begins now or at an id; the other starts only the server knows, each time anew. Rejects with `CursorTooOld`. */
export async function beginLive(reading: Reading, call: Calling): Promise<void> {
  const { position, stream, from = 'now' } = reading;
  const isById = from === 'now' || (typeof from === 'object' && 'id' in from);
  if (position !== null || !isById) return;
  const { last, epoch, readable_after } = await call('streamInfo', { stream });
  if (from !== 'now') requireReadable(from.id as EventId, readable_after as EventId);
  reading.beginAt({ id: from === 'now' ? last : from.id, epoch });
}

function requireReadable(id: EventId, readableAfter: EventId): void {
  if (compareIds(id, readableAfter) >= 0) return;
  throw new CallError('CursorTooOld', {
    message: `from: what follows ${id} was discarded.`,
    details: { earliest: idPlus(readableAfter, 1) },
  });
}
