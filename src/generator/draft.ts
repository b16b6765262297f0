// Checks what comes in as an event before it may touch the database: one bad value would fail a whole flush.
import { Buffer } from 'node:buffer';
import { ServiceError } from '../contract/errors.ts';
import type { Draft } from '../contract/event.ts';
import { checkDepth, onOneLine } from '../contract/json-text.ts';
import { fits } from '../contract/validate.ts';

/** Types that the service itself speaks with. */
const RESERVED_PREFIX = 'aftercommit:';

/** A draft and what it weighs. */
export interface CheckedDraft extends Draft {
  readonly bytes: number;
}

/** Takes data as JSON text that is known to parse. Throws `InvalidRequest` or `PayloadTooLarge`. */
export function checkDraft(draft: Draft, eventBytesMax: number): CheckedDraft {
  checkType(draft.type);
  const data = onOneLine(draft.data);
  const bytes = Buffer.byteLength(data);
  if (bytes > eventBytesMax) {
    throw new ServiceError('PayloadTooLarge', {
      message: `data: ${bytes} bytes, at most ${eventBytesMax} are allowed`,
      details: { bytes, bytesMax: eventBytesMax },
    });
  }
  checkDepth(data);
  return { type: draft.type, data, bytes };
}

function checkType(type: string): void {
  if (!fits('event-type', type)) {
    throw new ServiceError('InvalidRequest', {
      message: 'type: must match ^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$',
      details: { in: 'params' },
    });
  }
  if (type.startsWith(RESERVED_PREFIX)) {
    throw new ServiceError('InvalidRequest', {
      message: `type: ${RESERVED_PREFIX} is reserved`,
      details: { in: 'params' },
    });
  }
}
