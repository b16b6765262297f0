// Where a client says that it is: an event's id, with its epoch in front. Without one it is of the first.
import { anEventId } from '../../contract/checks.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { StreamRequest } from './provider.ts';

export interface Position {
  readonly id: EventId;
  readonly epoch: number;
}

/** In the state: also what it is a position of. */
export interface StatePosition extends Position {
  /** '' = the first that was made of the stream, in the kinds that the address names. */
  readonly of: string;
}

const POSITION = /^(?:([1-9]\d{0,9}):)?(0|[1-9]\d{0,17})$/;
const STATE_POSITION = /^([^.]*)(?:\.([1-9]\d{0,9}(?:-[0-9a-f]{8})?))?$/;

/** What a client says that comes again, or that cannot send headers. Throws `InvalidEventId`. */
export function positionIn({ lastEventId }: StreamRequest): Position | null {
  return lastEventId === null ? null : positionOf('Last-Event-ID', lastEventId);
}

/** The same of the state. Throws `InvalidEventId`. */
export function statePositionIn({ lastEventId }: StreamRequest): StatePosition | null {
  return lastEventId === null ? null : statePositionOf('Last-Event-ID', lastEventId);
}

/** Throws `InvalidEventId`. */
export function statePositionOf(name: string, text: string): StatePosition {
  const [, position = text, of = ''] = STATE_POSITION.exec(text) ?? [];
  return { ...positionOf(name, position), of };
}

/** `rule`: what else it may be. Throws `InvalidEventId`. */
export function positionOf(name: string, text: string, rule = anEventId.rule): Position {
  const [, epoch, id] = POSITION.exec(text) ?? [];
  if (id === undefined) {
    const message = `${name}: ${rule}, got ${JSON.stringify(text.slice(0, 64))}`;
    throw new ServiceError('InvalidEventId', { message });
  }
  return { id: id as EventId, epoch: Number(epoch ?? 1) };
}
