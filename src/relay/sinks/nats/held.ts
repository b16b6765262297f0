// What a JetStream stream holds for a sink: its last message says up to where, in its headers, so that it is true
// whatever has become of the sink that has published it.
import type { JetStreamManager, StoredMsg, StreamConfig } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';
import { type EventRow, readEventText } from '../../../contract/event.ts';
import type { EventId } from '../../../contract/event-id.ts';
import { fits } from '../../../contract/validate.ts';
import type { SinkPosition } from '../../sink.ts';
import { sinkOccupied, sinkUnavailable } from '../refusals.ts';
import type { NatsPlace } from './settings.ts';
import { covers, eventSubjects, sinkSubjects } from './subjects.ts';

/** Whose JetStream stream it is. */
export interface Owner {
  /** As sentences begin with it. */
  readonly title: string;
  readonly stream: string;
  readonly place: NatsPlace;
}

export interface Held {
  /** Of the last message there ever was; the next one has to follow it. */
  readonly lastSeq: number;
  /** null = there is no message at the end: it is new, or they have expired or were purged. */
  readonly position: SinkPosition | null;
  /** A message may take the place of those before it on its subject. */
  readonly hasRollup: boolean;
  /** Of a message that was to be taken away when the sink was brought back to its position; null = there is none. */
  readonly lostSeq: number | null;
}

const HEADERS = { stream: 'Evt-Stream', epoch: 'Evt-Epoch', id: 'Evt-Id' } as const;
/** On a note: the last event that is to be taken away. */
export const LOST_HEADER = 'Evt-Lost-Seq';
const NOT_FOUND = 10059;
const DUPLICATES_MS = 120_000;
const NANOSECONDS = 1e6;

/** null = there is no such JetStream stream. */
export async function readHeld(manager: JetStreamManager, owner: Owner): Promise<Held | null> {
  const { title, place } = owner;
  const { jetStream } = place;
  const info = await manager.streams.info(jetStream).catch((error: { code?: unknown }) => {
    if (error.code === NOT_FOUND) return null;
    throw error;
  });
  if (info === null) return null;
  requireSubjects(owner, info.config.subjects);
  const { last_seq: lastSeq } = info.state;
  const message = lastSeq === 0 ? null : await lastMessage(manager, jetStream, lastSeq);
  const hasRollup = info.config.allow_rollup_hdrs;
  if (message === null) return { lastSeq, position: null, hasRollup, lostSeq: null };
  const said = positionOf(message);
  if (said === null) {
    throw sinkOccupied(
      title,
      `the JetStream stream ${jetStream} ends with a message of somebody else`,
    );
  }
  if (said.stream !== owner.stream) {
    throw sinkOccupied(title, `the JetStream stream ${jetStream} is of the stream ${said.stream}`);
  }
  const lost = message.header.get(LOST_HEADER);
  return {
    lastSeq,
    position: said.position,
    hasRollup,
    lostSeq: lost === '' ? null : Number(lost),
  };
}

/** null = there is none, or it is of somebody else. */
export async function lastEvent(
  manager: JetStreamManager,
  { stream, place }: Owner,
): Promise<EventRow | null> {
  const last_by_subj = eventSubjects(place.prefix, stream);
  const message = await manager.streams.getMessage(place.jetStream, { last_by_subj });
  return message && rowOf(message);
}

/** Those that are there. */
export async function deleteMessages(
  manager: JetStreamManager,
  jetStream: string,
  seqs: readonly number[],
): Promise<void> {
  const deleteOne = async (seq: number) => {
    try {
      await manager.streams.deleteMessage(jetStream, seq);
    } catch (error) {
      // Servers have several errors for one that is gone.
      if ((await manager.streams.getMessage(jetStream, { seq })) !== null) throw error;
    }
  };
  await Promise.all(seqs.map(deleteOne));
}

/** null = it is a note, or of somebody else. */
export function rowOf(message: StoredMsg): EventRow | null {
  return readEventText(message.string());
}

export async function createStream(
  manager: JetStreamManager,
  { place, stream }: Owner,
): Promise<void> {
  const { jetStream, prefix, replicas, maxMessages, maxAgeMs } = place;
  const duplicatesMs = maxAgeMs === 0 ? DUPLICATES_MS : Math.min(DUPLICATES_MS, maxAgeMs);
  const config = {
    name: jetStream,
    subjects: sinkSubjects(prefix, stream),
    num_replicas: replicas,
    // Not in bytes: servers count these so roughly that old messages go before new ones are refused.
    max_msgs: maxMessages || -1,
    max_age: maxAgeMs * NANOSECONDS,
    duplicate_window: duplicatesMs * NANOSECONDS,
    // Full: the sink waits, and its events with it.
    discard: 'new',
    retention: 'limits',
    storage: 'file',
    allow_rollup_hdrs: true,
  };
  // By the words of the wire: the names that the package has for them would load it.
  await manager.streams.add(config as unknown as StreamConfig & { name: string });
}

/** Says in the headers what `readHeld` finds there. */
export function say(headers: MsgHdrs, stream: string, { id, epoch }: SinkPosition): MsgHdrs {
  headers.set(HEADERS.stream, stream);
  headers.set(HEADERS.epoch, String(epoch));
  headers.set(HEADERS.id, id);
  return headers;
}

function lastMessage(
  manager: JetStreamManager,
  jetStream: string,
  seq: number,
): Promise<StoredMsg | null> {
  return manager.streams.getMessage(jetStream, { seq });
}

function positionOf({ header }: StoredMsg): { stream: string; position: SinkPosition } | null {
  const [stream, id] = [header.get(HEADERS.stream), header.get(HEADERS.id)];
  const epoch = Number(header.get(HEADERS.epoch));
  if (stream === '' || !fits('event-id', id) || !fits('epoch', epoch)) return null;
  return { stream, position: { id: id as EventId, epoch } };
}

function requireSubjects({ title, stream, place }: Owner, taken: readonly string[]): void {
  const { jetStream, prefix } = place;
  const missing = sinkSubjects(prefix, stream).filter(
    (subject) => !taken.some((pattern) => covers(pattern, subject)),
  );
  if (missing.length === 0) return;
  const names = missing.join(' and ');
  const what = `finds that the JetStream stream ${jetStream} does not take the subject ${names}`;
  throw sinkUnavailable(title, what);
}
