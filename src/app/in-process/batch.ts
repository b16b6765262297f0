// Rows of the feed as the batch that a client would have got over the network.
import type { Position, ReceivedBatch, ReceivedEvent, WrittenEvent } from '../../client/public.ts';
import { type EventRow, eventText } from '../../contract/event.ts';
import { compareIds, type EventId } from '../../contract/event-id.ts';
import type { Batch } from '../../contract/event-list.ts';
import type { NumberedBatch } from '../../delivery/channel.ts';

/** `before`: where its reader was; null when this is its first. */
export function batchOf(
  batch: Batch & Pick<Partial<NumberedBatch>, 'isParked'>,
  seq: number,
  before: Position | null,
): ReceivedBatch {
  const { events, after, upTo, epoch, forks = [], isEnd = false, isParked = false } = batch;
  const isJoined =
    before === null || before.epoch !== epoch || compareIds(after, before.id as EventId) <= 0;
  return {
    seq,
    // Parsed anew for each reader: a handler may change what it is given.
    events: events.rows.map(eventOf),
    after,
    upTo,
    epoch,
    forks,
    isEnd,
    isParked,
    missed: isJoined ? null : { after: before.id, upTo: after },
    asWritten: () => events.rows.map(writtenOf),
  };
}

function eventOf([id, type, data, ts]: EventRow): ReceivedEvent {
  return { id, type, data: JSON.parse(data), ts };
}

function writtenOf(row: EventRow): WrittenEvent {
  const [id, type, data, ts] = row;
  return { id, type, ts, data, text: eventText(row) };
}
