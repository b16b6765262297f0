// Which ids two histories of one stream share. An epoch is a history: ids of another one may stand for other events.
import { ServiceError } from './errors.ts';
import { compareIds, type EventId, minId, NO_EVENT } from './event-id.ts';

/** Where a later epoch began. */
export interface Fork {
  /** The epoch's number. */
  readonly epoch: number;
  /** The greatest id that it shares with the epoch before. */
  readonly beganAfter: EventId;
}

/** What a stream says of its histories; `forks` in their order, without the first epoch, which began behind nothing. */
export interface History {
  readonly epoch: number;
  readonly forks: readonly Fork[];
}

const BEGINNING: Fork = { epoch: 1, beganAfter: NO_EVENT };

/**
 * The greatest id of `epoch` that stands for the same event now; null = all of them do. Of an epoch that this database
 * knows nothing of, since it was restored to before that, only what the newest known one before it began with.
 */
export function sharedUpTo(history: History, epoch: number): EventId | null {
  if (epoch === history.epoch) return null;
  const forks = allOf(history);
  const known = forks.findLast((fork) => fork.epoch <= epoch) ?? BEGINNING;
  const later = forks.filter((fork) => fork.epoch > epoch);
  const bounds = known.epoch === epoch ? later : [known, ...later];
  return bounds.map(({ beganAfter }) => beganAfter).reduce(minId);
}

/** Where nobody says behind what the newest began, it shares nothing. */
function allOf({ epoch, forks }: History): readonly Fork[] {
  const isKnown = epoch === 1 || forks.some((fork) => fork.epoch === epoch);
  return [BEGINNING, ...forks, ...(isKnown ? [] : [{ epoch, beganAfter: NO_EVENT }])];
}

/** Throws `HistoryForked` where `id` of `epoch` stands for another event now, or for none; undefined = the newest. */
export function requireSameHistory(history: History, id: EventId, epoch: number | undefined): void {
  const at = epoch === undefined ? null : sharedUpTo(history, epoch);
  if (at === null || compareIds(id, at) <= 0) return;
  throw historyForked(history.epoch, at);
}

export function historyForked(epoch: number, at: EventId): ServiceError {
  return new ServiceError('HistoryForked', { details: { at, epoch } });
}
