// The range of a copy, fixed at its start from what was asked for and what there is.
import { ServiceError } from '../../contract/errors.ts';
import {
  compareIds,
  type EventId,
  idPlus,
  maxId,
  minId,
  NO_EVENT,
} from '../../contract/event-id.ts';
import { sharedUpTo } from '../../contract/forks.ts';
import type { CopyRange, CopyTerms } from '../../store/copy-job.ts';
import type { SinkPosition } from '../sink.ts';
import type { SourceEnd } from '../source.ts';

/** What a source has. */
export interface Extent {
  /** Everything behind this id is there. */
  readonly readableAfter: EventId;
  readonly newest: EventId;
  readonly epoch: number;
}

export function rangeOf({ after, upTo }: CopyTerms, extent: Extent): CopyRange {
  const { readableAfter, newest, epoch } = extent;
  if (after !== null && compareIds(after, readableAfter) < 0) {
    throw truncated(after, idPlus(readableAfter, 1));
  }
  for (const [name, id] of Object.entries({ after, upTo })) {
    if (id === null || compareIds(id, newest) <= 0) continue;
    const message = `${name} is ${id}, but the newest event of the source is ${newest}.`;
    throw new ServiceError('CursorAhead', { message, details: { newest } });
  }
  const from = after ?? readableAfter;
  return { after: from, upTo: upTo ?? maxId(newest, from), epoch };
}

/** `requested` is the position behind which events were asked for. */
export function truncated(requested: EventId, oldest: EventId): ServiceError {
  return new ServiceError('SourceTruncated', {
    message: `The source begins at ${oldest}: what was asked for behind ${requested} is not all there.`,
    details: { requested, oldest },
  });
}

/** Throws `HistoryForked` unless the source still has what it had up to `id`. */
export function requireStill(end: SourceEnd, { id, epoch: before }: SinkPosition): void {
  const { newest, epoch } = end;
  if (compareIds(id, minId(newest, sharedUpTo(end, before) ?? newest)) <= 0) return;
  throw new ServiceError('HistoryForked', {
    message: `The source ends at ${newest} of its epoch ${epoch}, but had events up to ${id} of its epoch ${before}.`,
    details: { newest, position: id },
  });
}

/** From `first`, the least id that is there. */
export function extentFrom(first: EventId | null, newest: EventId, epoch: number): Extent {
  return { readableAfter: first === null ? NO_EVENT : idPlus(first, -1), newest, epoch };
}
