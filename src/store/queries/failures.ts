// evt_failures: what a consumer could not handle, how often, since when, and when it is tried again.
import type { Knex } from 'knex';
import type { EventId } from '../../contract/event-id.ts';
import type { Dialect } from '../dialect.ts';

/** What a consumer has failed on last; it counts as long as its cursor is below `upTo`. */
export interface Failure {
  readonly epoch: number;
  /** Where it stood; it fails still while it stands there. */
  readonly after: EventId;
  /** The batch ended there; one of its events is the reason, so they come one by one up to here. */
  readonly upTo: EventId;
  /** The event that was tried alone there; null when none was. */
  readonly eventId: EventId | null;
  /** One after the other without an acknowledgement. */
  readonly tries: number;
  /** Of these, how many that event has had alone. */
  readonly eventTries: number;
  readonly since: string;
  readonly triedAt: string;
  readonly nextTryAt: string;
  /** How long it is until then; negative when that was. */
  readonly leftMs: number;
  readonly error: string;
}

export type NewFailure = Omit<Failure, 'since' | 'triedAt' | 'nextTryAt' | 'leftMs'> & {
  /** True while it has stood there since an earlier try. */
  readonly goesOn: boolean;
  readonly pauseMs: number;
};

export async function findFailure(
  db: Knex,
  dialect: Dialect,
  consumerId: string,
): Promise<Failure | null> {
  const row = await db('evt_failures')
    .where('consumer_id', consumerId)
    .first(columns(dialect, 'evt_failures'));
  return row === undefined ? null : toFailure(row);
}

export async function putFailure(
  tx: Knex.Transaction,
  dialect: Dialect,
  consumerId: string,
  failure: NewFailure,
): Promise<void> {
  const { goesOn, pauseMs } = failure;
  const now = dialect.now();
  const values = {
    epoch: failure.epoch,
    after_id: failure.after,
    up_to: failure.upTo,
    event_id: failure.eventId,
    tries: failure.tries,
    event_tries: failure.eventTries,
    try_time: now,
    next_time: dialect.fromNow(pauseMs),
    error: failure.error,
  };
  const renewed = goesOn ? values : { ...values, since_time: now };
  const count = await tx('evt_failures').where('consumer_id', consumerId).update(renewed);
  if (count > 0) return;
  await tx('evt_failures').insert({ consumer_id: consumerId, since_time: now, ...values });
}

/** The columns of `table`, which may be an alias, under names that no other table has. */
export function columns(dialect: Dialect, table: string) {
  return {
    failureEpoch: `${table}.epoch`,
    failureAfter: dialect.idText(`${table}.after_id`),
    failureUpTo: dialect.idText(`${table}.up_to`),
    failureEventId: dialect.idText(`${table}.event_id`),
    failureTries: `${table}.tries`,
    failureEventTries: `${table}.event_tries`,
    failureSince: dialect.isoTime(`${table}.since_time`),
    failureTriedAt: dialect.isoTime(`${table}.try_time`),
    failureNextTryAt: dialect.isoTime(`${table}.next_time`),
    failureMsSinceNext: dialect.msSince(`${table}.next_time`),
    failureError: `${table}.error`,
  };
}

type FailureRow = Readonly<Record<keyof ReturnType<typeof columns>, unknown>>;

export function toFailure(row: FailureRow): Failure {
  return {
    epoch: Number(row.failureEpoch),
    after: row.failureAfter as EventId,
    upTo: row.failureUpTo as EventId,
    eventId: row.failureEventId as EventId | null,
    tries: Number(row.failureTries),
    eventTries: Number(row.failureEventTries),
    since: row.failureSince as string,
    triedAt: row.failureTriedAt as string,
    nextTryAt: row.failureNextTryAt as string,
    leftMs: -Number(row.failureMsSinceNext),
    error: row.failureError as string,
  };
}
