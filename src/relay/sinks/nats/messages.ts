// The messages of a sink: one for each event, and the note of how far it has looked behind its last one.
import type { MsgHdrs } from '@nats-io/transport-node';
import { type EventRow, eventText } from '../../../contract/event.ts';
import type { SinkPosition } from '../../sink.ts';
import { LOST_HEADER, type Owner, say } from './held.ts';
import type { Message } from './publisher.ts';
import { eventSubject, noteSubject } from './subjects.ts';

const EMPTY = Buffer.alloc(0);

export function eventMessage(
  { stream, place }: Owner,
  headers: MsgHdrs,
  row: EventRow,
  epoch: number,
): Message {
  const [id, type] = row;
  return {
    subject: eventSubject(place.prefix, stream, type),
    payload: Buffer.from(eventText(row)),
    headers: say(headers, stream, { id, epoch }),
    id,
    msgId: `${stream}:${epoch}:${id}`,
  };
}

/** What a note says. */
export interface Note {
  readonly position: SinkPosition;
  /** It takes the place of the note before it. */
  readonly hasRollup: boolean;
  /** A message that is to be taken away, if it is still there. @default there is none */
  readonly lostSeq?: number | undefined;
}

export function noteMessage({ stream, place }: Owner, headers: MsgHdrs, note: Note): Message {
  const { position, hasRollup, lostSeq } = note;
  say(headers, stream, position);
  if (lostSeq !== undefined) headers.set(LOST_HEADER, String(lostSeq));
  if (hasRollup) headers.set('Nats-Rollup', 'sub');
  const subject = noteSubject(place.prefix, stream);
  return { subject, payload: EMPTY, headers, id: position.id };
}
