// evt_streams: where each stream stands. Its row lock orders everything that must not overlap.
import type { Knex } from 'knex';
import { ServiceError } from '../../contract/errors.ts';
import { type EventId, idPlus } from '../../contract/event-id.ts';
import type { Fork } from '../../contract/forks.ts';
import type { Dialect } from '../dialect.ts';
import type { StreamState, StreamStatus } from '../stream-state.ts';
import { forksUpTo } from './epochs.ts';

export interface NamedState extends StreamState {
  readonly name: string;
}

interface StreamRow {
  readonly nextId: EventId;
  readonly discardedUpTo: EventId;
  readonly gapsUpTo: EventId;
  readonly status: StreamStatus;
  readonly epoch: number;
  readonly archiveRequired: number;
}

const NONE: readonly Fork[] = [];

function selectStream(db: Knex, dialect: Dialect, stream: string): Knex.QueryBuilder {
  return db('evt_streams')
    .where('name', stream)
    .first({
      nextId: dialect.idText('next_id'),
      discardedUpTo: dialect.idText('discarded_up_to'),
      gapsUpTo: dialect.idText('gaps_up_to'),
      status: 'status',
      epoch: 'epoch',
      archiveRequired: 'archive_required',
    });
}

async function toState(
  db: Knex,
  dialect: Dialect,
  stream: string,
  row: StreamRow | undefined,
): Promise<StreamState> {
  if (row === undefined) throw new ServiceError('StreamNotFound', { details: { stream } });
  const epoch = Number(row.epoch);
  return {
    newest: idPlus(row.nextId, -1),
    discardedUpTo: row.discardedUpTo,
    gapsUpTo: row.gapsUpTo,
    status: row.status,
    epoch,
    // What began in an epoch's place never changes, so it may be read behind it.
    forks: epoch === 1 ? NONE : await forksUpTo(db, dialect, stream, epoch),
    isArchiveRequired: Number(row.archiveRequired) !== 0,
  };
}

export async function streamState(
  db: Knex,
  dialect: Dialect,
  stream: string,
): Promise<StreamState> {
  return toState(db, dialect, stream, await selectStream(db, dialect, stream));
}

/** The same, holding the stream's row until the transaction ends: no step, register or discard meanwhile. */
export async function lockStream(tx: Knex, dialect: Dialect, stream: string): Promise<StreamState> {
  const row = await dialect.forUpdate(selectStream(tx, dialect, stream));
  return toState(tx, dialect, stream, row);
}

/** Every stream, by name. */
export async function listStreams(db: Knex, dialect: Dialect): Promise<NamedState[]> {
  const names: string[] = await db('evt_streams').orderBy('name').pluck('name');
  const states = names.map(async (name) => ({
    name,
    ...(await streamState(db, dialect, name)),
  }));
  return Promise.all(states);
}

export async function setDiscardedUpTo(tx: Knex, stream: string, upTo: EventId): Promise<void> {
  await tx('evt_streams').where('name', stream).update({ discarded_up_to: upTo });
}

export async function requireArchive(tx: Knex, stream: string): Promise<void> {
  await tx('evt_streams').where('name', stream).update({ archive_required: 1 });
}

/** Ids up to `gapsUpTo` may have gaps from now on; null = nothing new of that. */
export async function setNextId(
  tx: Knex,
  stream: string,
  nextId: EventId,
  gapsUpTo: EventId | null,
): Promise<void> {
  const gaps = gapsUpTo === null ? {} : { gaps_up_to: gapsUpTo };
  await tx('evt_streams')
    .where('name', stream)
    .update({ next_id: nextId, ...gaps });
}

/** An empty stream goes on behind `after`, as if everything up to there had been discarded. */
export async function startBehind(tx: Knex, stream: string, after: EventId): Promise<void> {
  await tx('evt_streams')
    .where('name', stream)
    .update({ next_id: idPlus(after, 1), discarded_up_to: after });
}

export async function setStatus(tx: Knex, stream: string, status: StreamStatus): Promise<void> {
  await tx('evt_streams').where('name', stream).update({ status });
}

/**
 * True while the events up to there are those of this epoch, and are there: what a failover has lost must not come back
 * by a cursor.
 */
export async function isOfEpoch(
  tx: Knex.Transaction,
  stream: string,
  { upTo, epoch }: { readonly upTo: EventId; readonly epoch: number },
): Promise<boolean> {
  const fork = await tx('evt_epochs')
    .where('stream', stream)
    .where('epoch', '>', epoch)
    .where('began_after', '<', upTo)
    .first('epoch');
  if (fork !== undefined) return false;
  const row = await tx('evt_streams')
    .where('name', stream)
    .where('next_id', '>', upTo)
    .first('name');
  return row !== undefined;
}
