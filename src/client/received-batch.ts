// A batch as it came off the wire: events as parsed values, and on request as their writers wrote them, since parsing
// loses `1.0` and 2^53+1.
import type { EventId } from '../contract/event-id.ts';
import type { Fork } from '../contract/forks.ts';
import { itemsOf, membersOf } from '../contract/json-text.ts';

/** An event with its data as a value. */
export interface ReceivedEvent {
  /** Its place in the stream. */
  readonly id: EventId;
  /** What happened, in the application's words. */
  readonly type: string;
  /** Any JSON value, as `JSON.parse` reads it: numbers beyond 2^53 are rounded, see `asWritten`. */
  // biome-ignore lint/suspicious/noExplicitAny: what it is, only the application knows
  readonly data: any;
  /** When the database stored it: UTC, `2026-11-20T21:32:25.123Z`; not monotonic in id. */
  readonly ts: string;
}

/** An event with its data as its writer wrote it. */
export interface WrittenEvent {
  /** Its place in the stream. */
  readonly id: EventId;
  /** What happened, in the application's words. */
  readonly type: string;
  /** When the database stored it: UTC, `2026-11-20T21:32:25.123Z`; not monotonic in id. */
  readonly ts: string;
  /** The data as JSON text, exactly as it was written. */
  readonly data: string;
  /** The whole event as JSON text, exactly as it was received. */
  readonly text: string;
}

/** Up to where a reader is. */
export interface Position {
  /** The id of the last event that was handled, `'0'` before the first. */
  readonly id: string;
  /** Which history the id is of: 1 at first, and a greater number after each failover or restore. */
  readonly epoch: number;
}

/** Every wanted event with `after < id <= upTo`; without events it says how far the reader is. */
export interface ReceivedBatch {
  /** Its number on the subscription or among the polls, from 0. */
  readonly seq: number;
  /** In the order of their ids; there may be none. */
  readonly events: readonly ReceivedEvent[];
  /** The batch begins behind it. */
  readonly after: EventId;
  /** Everything wanted up to it is in this batch or was before it. */
  readonly upTo: EventId;
  /** Which history the ids are of; see `Position`. */
  readonly epoch: number;
  /**
   * Where each epoch but the first began, in order: ids up to `beganAfter` stand for the same events in it and in the
   * one before. Empty in the first epoch.
   */
  readonly forks: readonly Fork[];
  /** True when the stream is sealed, and nothing comes behind this batch. */
  readonly isEnd: boolean;
  /**
   * True for one event that was parked, given once more by itself: its id lies before the reader's position, which
   * stays where it is.
   */
  readonly isParked: boolean;
  /**
   * What lies between the batch before and this one, when the two do not join: LIVE was too slow, another reader of the
   * same consumer has acknowledged it, or it was parked. null = nothing is missing.
   */
  readonly missed: { readonly after: string; readonly upTo: EventId } | null;
  /** Gives the same events with their data as JSON text, where parsing loses `1.0` and 2^53+1. */
  asWritten(): readonly WrittenEvent[];
}

/** The batch without what only its consumer knows. */
export type WireBatch = Omit<ReceivedBatch, 'seq' | 'missed' | 'forks'>;

/** The members of an onEvents or of a poll's answer that make a batch. */
interface BatchMembers {
  readonly events: readonly ReceivedEvent[];
  readonly after: EventId;
  readonly up_to: EventId;
  readonly epoch: number;
  readonly sealed?: boolean;
  readonly parked?: boolean;
}

/** Trusts the server to keep its own contract. `text` holds the same members, at `start`. */
export function readBatch(members: BatchMembers, text: string, start: number): WireBatch {
  const { events, after, up_to: upTo, epoch, sealed: isEnd = false, parked = false } = members;
  const asWritten = () => writtenEvents(text, start);
  return { events, after, upTo, epoch, isEnd, isParked: parked, asWritten };
}

/** Of the object whose text begins at `start`, and has a member `events`. */
export function writtenEvents(text: string, start: number): WrittenEvent[] {
  const events = membersOf(text, start).findLast((member) => member.key === 'events');
  if (events === undefined) return [];
  return itemsOf(text, events.start).map((item) => writtenEvent(text.slice(item.start, item.end)));
}

function writtenEvent(text: string): WrittenEvent {
  const { id, type, ts } = JSON.parse(text) as ReceivedEvent;
  const data = membersOf(text, 0).findLast((member) => member.key === 'data');
  return {
    id,
    type,
    ts,
    data: data === undefined ? 'null' : text.slice(data.start, data.end),
    text,
  };
}
