// Where a client says that it is: an event's id, with its epoch in front from the second one on.
import type { IncomingHttpHeaders } from 'node:http';
import { anEventId } from '../../contract/checks.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { StreamQuery } from './query.ts';

export interface Position {
  readonly id: EventId;
  /** undefined: it does not say. */
  readonly epoch: number | undefined;
}

/** In the state: also what it is a position of. */
export interface StatePosition extends Position {
  /** '' = the first that was made of the stream, in the kinds that the address names. */
  readonly of: string;
}

const POSITION = /^(?:([1-9]\d{0,9}):)?(0|[1-9]\d{0,17})$/;
const STATE_POSITION = /^([^.]*)(?:\.([1-9]\d{0,9}(?:-[0-9a-f]{8})?))?$/;

/** What a client says that comes again, or that cannot send headers. Throws `InvalidEventId`. */
export function positionIn(headers: IncomingHttpHeaders, query: StreamQuery): Position | null {
  const last = lastIn(headers, query);
  return last === null ? null : positionOf('Last-Event-ID', last);
}

/** The same of the state. Throws `InvalidEventId`. */
export function statePositionIn(
  headers: IncomingHttpHeaders,
  query: StreamQuery,
): StatePosition | null {
  const last = lastIn(headers, query);
  if (last === null) return null;
  const [, text = last, of = ''] = STATE_POSITION.exec(last) ?? [];
  return { ...positionOf('Last-Event-ID', text), of };
}

function lastIn(headers: IncomingHttpHeaders, query: StreamQuery): string | null {
  const last = headers['last-event-id'] || query.text('lastEventId');
  return last ? String(last) : null;
}

/** Throws `InvalidEventId`. */
export function positionOf(name: string, text: string): Position {
  const [, epoch, id] = POSITION.exec(text) ?? [];
  if (id === undefined) {
    const message = `${name}: ${anEventId.rule}, got ${JSON.stringify(text.slice(0, 64))}`;
    throw new ServiceError('InvalidEventId', { message });
  }
  return { id: id as EventId, epoch: epoch === undefined ? undefined : Number(epoch) };
}
