// What a sink of the service's own says when the engine that it writes to stands in its way.
import { ServiceError } from '../../contract/errors.ts';
import type { EventId } from '../../contract/event-id.ts';

/** It cannot be told up to where the sink has written, since somebody else has. */
export function sinkOccupied(title: string, what: string): ServiceError {
  return new ServiceError('SinkOccupied', { message: `${title}: ${what}` });
}

/** It cannot write now, whatever the event. */
export function sinkUnavailable(title: string, what: string, cause?: unknown): ServiceError {
  return new ServiceError('SinkUnavailable', { message: `${title} ${what}`, cause });
}

/** The event itself is not taken; it stays the next one. */
export function sinkRefused(
  title: string,
  id: EventId,
  why: string,
  cause?: unknown,
): ServiceError {
  return new ServiceError('SinkRefused', {
    message: `${title}: event ${id} was not taken: ${why}`,
    details: { id },
    cause,
  });
}

/** What an error says, for a sentence that names its cause. */
export function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  // One of several addresses of a name: it has a code, and nothing to say.
  return message || code || String(error);
}
