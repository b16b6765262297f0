// Who holds discarding back comes, goes or is set aside: under the lock of the stream's row, so that no discard is
// under way that has not seen it.
import type { Knex } from 'knex';
import { ARCHIVER } from '../contract/consumer.ts';
import { ServiceError } from '../contract/errors.ts';
import { type EventId, idDistance } from '../contract/event-id.ts';
import type { Dialect } from './dialect.ts';
import * as consumers from './queries/consumers.ts';
import { countParked } from './queries/parked.ts';
import * as streams from './queries/streams.ts';
import type { StreamState } from './stream-state.ts';

interface Holder {
  readonly stream: string;
  readonly ident: string;
}

/** How a consumer is forgotten: only looked at, or with what is parked for it. */
export interface Unregistering {
  readonly isDryRun: boolean;
  readonly dropsParked: boolean;
}

/** What a consumer was when it was forgotten. */
export interface Forgotten {
  readonly cursor: EventId;
  readonly lag: number;
  /** How many events were parked for it; they are lost with it. */
  readonly parked: number;
}

/** False when it was there. */
export async function register(
  tx: Knex.Transaction,
  dialect: Dialect,
  { stream, ident, parkAfter }: Holder & { readonly parkAfter: number | null },
  cursorIn: (state: StreamState) => EventId,
): Promise<boolean> {
  // The lock keeps the discarder away until the new cursor is visible to it.
  const state = await streams.lockStream(tx, dialect, stream);
  if ((await consumers.findConsumer(tx, dialect, stream, ident)) !== null) return false;
  const cursor = cursorIn(state);
  await consumers.insertConsumer(tx, dialect, { stream, ident, cursor, parkAfter });
  return true;
}

/**
 * Holds back whatever is still there from now on, in one step: with nobody in between, all of it might be discarded.
 * False while somebody is at work by that name.
 */
export async function beginAgain(
  tx: Knex.Transaction,
  dialect: Dialect,
  { stream, ident }: Holder,
): Promise<boolean> {
  const { discardedUpTo } = await streams.lockStream(tx, dialect, stream);
  const row = await consumers.findConsumer(tx, dialect, stream, ident);
  if (row?.isConnected) return false;
  if (row !== null) await consumers.deleteConsumer(tx, row.id);
  const cursor = discardedUpTo;
  await consumers.insertConsumer(tx, dialect, { stream, ident, cursor, parkAfter: null });
  return true;
}

/** null when there is none. Throws `EventsParked` where they are not to be lost with it. */
export async function unregister(
  tx: Knex.Transaction,
  dialect: Dialect,
  { stream, ident }: Holder,
  { isDryRun, dropsParked }: Unregistering,
): Promise<Forgotten | null> {
  const { newest } = await streams.lockStream(tx, dialect, stream);
  const row = await consumers.findConsumer(tx, dialect, stream, ident);
  if (row === null) return null;
  // No more are parked meanwhile.
  await consumers.lockConsumer(tx, dialect, row.id);
  const parked = await countParked(tx, row.id);
  if (parked > 0 && !isDryRun && !dropsParked) {
    throw new ServiceError('EventsParked', { details: { parked } });
  }
  if (!isDryRun) await consumers.deleteConsumer(tx, row.id);
  return { cursor: row.cursor, lag: idDistance(row.cursor, newest), parked };
}

/** The archiver's consumer begins at what is left of the queue. */
export async function requireArchive(
  tx: Knex.Transaction,
  dialect: Dialect,
  stream: string,
): Promise<void> {
  const { discardedUpTo } = await streams.lockStream(tx, dialect, stream);
  await streams.requireArchive(tx, stream);
  if ((await consumers.findConsumer(tx, dialect, stream, ARCHIVER)) !== null) return;
  const archiver = { ident: ARCHIVER, cursor: discardedUpTo, parkAfter: null };
  await consumers.insertConsumer(tx, dialect, { stream, ...archiver });
}

export async function setAside(
  tx: Knex.Transaction,
  dialect: Dialect,
  stream: string,
  consumer: Pick<consumers.ConsumerRow, 'id' | 'cursor'>,
): Promise<'set-aside' | 'has-moved' | 'no-archive'> {
  const { isArchiveRequired } = await streams.lockStream(tx, dialect, stream);
  if (!isArchiveRequired) return 'no-archive';
  return (await consumers.setAside(tx, dialect, consumer)) ? 'set-aside' : 'has-moved';
}
