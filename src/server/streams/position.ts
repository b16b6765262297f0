// Where a client says that it is: an event's id, with its epoch in front from the second one on.
import { anEventId } from '../../contract/checks.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { StreamRequest } from './provider.ts';

export interface Position {
  readonly id: EventId;
  /** undefined: it does not say. */
  readonly epoch: number | undefined;
}

const POSITION = /^(?:([1-9]\d{0,9}):)?(0|[1-9]\d{0,17})$/;

/** What a client says that comes again, or that cannot send headers. Throws `InvalidEventId`. */
export function positionIn({ lastEventId }: StreamRequest): Position | null {
  return lastEventId === null ? null : positionOf('Last-Event-ID', lastEventId);
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
