// An event of a JetStream stream, and where it is stored.
import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import { type EventRow, readEventText } from '../../../contract/event.ts';
import { epochOf, type Owner } from './held.ts';
import { eventSubjects } from './subjects.ts';

export interface StoredEvent {
  readonly seq: number;
  readonly row: EventRow;
  readonly epoch: number;
}

/** null = it is a note, or of somebody else. */
export function eventOf(message: StoredMsg): StoredEvent | null {
  const row = readEventText(message.string());
  return row && { seq: message.seq, row, epoch: epochOf(message) };
}

/** The first from `seq` on; null = there is none. */
export async function nextEvent(
  manager: JetStreamManager,
  { stream, place }: Owner,
  seq: number,
): Promise<StoredEvent | null> {
  // The types of the package have it for direct gets only, which a stream must be made for.
  const query = { seq, next_by_subj: eventSubjects(place.prefix, stream) };
  const message = await manager.streams.getMessage(place.jetStream, query);
  return message && eventOf(message);
}

/**
 * Found from the end, where it stands as a rule or one message before: servers that are asked for the last one of a
 * subject (2.9) find none when that was deleted, though others are there.
 */
export async function lastEvent(
  manager: JetStreamManager,
  owner: Owner,
): Promise<StoredEvent | null> {
  const { state } = await manager.streams.info(owner.place.jetStream);
  const { first_seq: first, last_seq: last } = state;
  let [found, end]: [StoredEvent | null, number] = [null, last];
  for (let back = 0; found === null; back = 2 * back + 1) {
    const seq = Math.max(first, last - back);
    found = await nextEvent(manager, owner, seq);
    if (found !== null) break;
    if (seq === first || last === 0) return null;
    end = seq - 1;
  }
  while (found.seq < end) {
    const middle = Math.ceil((found.seq + end) / 2);
    const next = await nextEvent(manager, owner, middle);
    if (next === null) end = middle - 1;
    else found = next;
  }
  return found;
}
