// evt_epochs: which histories a stream has had, each of which database, and from where on.
//
// An epoch is a time and not a count: a database that is restored to before an epoch would count it once more, and who
// has followed the first one would take the second for it.
import type { Knex } from 'knex';
import { ARCHIVER } from '../../contract/consumer.ts';
import { compareIds, type EventId, idPlus, NO_EVENT } from '../../contract/event-id.ts';
import type { Fork } from '../../contract/forks.ts';
import type { Dialect } from '../dialect.ts';
import { setBack } from './leases.ts';

/** What `aftercommit epoch list` shows. */
export interface EpochRow extends Fork {
  /** When it began, by the database's clock. */
  readonly at: string;
}

/** An event, and of which epoch. */
export interface Seen {
  readonly id: EventId;
  readonly epoch: number;
}

export interface EpochRequest {
  readonly stream: string;
  /** Of the database; null where it has none. */
  readonly identity: string | null;
  /** What somebody has seen here; null = nothing. */
  readonly seen: Seen | null;
  /** Also where nothing is missing. */
  readonly inAnyCase: boolean;
}

/** Of the first that begins: seconds since then. It leaves room until 2094. */
const FIRST_MS = Date.UTC(2026, 0, 1);

/** Begins one for each of its rows; the first epoch has one only since its database is known. */
export async function listEpochs(db: Knex, dialect: Dialect, stream: string): Promise<EpochRow[]> {
  const rows = await db('evt_epochs')
    .where('stream', stream)
    .orderBy('epoch')
    .select({
      epoch: 'epoch',
      beganAfter: dialect.idText('began_after'),
      at: dialect.isoTime('at'),
    });
  return rows.map((row) => ({ ...row, epoch: Number(row.epoch) }));
}

/** Those up to `epoch`, without the first. */
export async function forksUpTo(
  db: Knex,
  dialect: Dialect,
  stream: string,
  epoch: number,
): Promise<Fork[]> {
  const rows = await db('evt_epochs')
    .where('stream', stream)
    .whereBetween('epoch', [2, epoch])
    .orderBy('epoch')
    .select({ epoch: 'epoch', beganAfter: dialect.idText('began_after') });
  return rows.map((row) => ({ ...row, epoch: Number(row.epoch) }));
}

/** Begins an epoch where the database is another one than that of the newest. */
export async function beginEpochIfOther(dialect: Dialect, db: Knex, stream: string): Promise<void> {
  // Outside of the transaction, which a failure would end.
  const identity = await dialect.identity(db);
  const request = { stream, identity, seen: null, inAnyCase: false };
  await dialect.transaction((tx) => beginEpoch(tx, dialect, request));
}

/**
 * Holding the stream's row, so that no step is under way: begins an epoch where the database has another `identity`
 * than that of the newest, or lacks what was seen in it. Nothing happens where the stream is not there.
 */
export async function beginEpoch(
  tx: Knex,
  dialect: Dialect,
  { stream, identity, seen, inAnyCase }: EpochRequest,
): Promise<void> {
  const row: { epoch: number; nextId: EventId; discardedUpTo: EventId } | undefined =
    await dialect.forUpdate(
      tx('evt_streams')
        .where('name', stream)
        .first({
          epoch: 'epoch',
          nextId: dialect.idText('next_id'),
          discardedUpTo: dialect.idText('discarded_up_to'),
        }),
    );
  if (row === undefined) return;
  const newest = { stream, epoch: Number(row.epoch) };
  const known = await tx('evt_epochs').where(newest).first('identity');
  const isOther = identity !== null && known?.identity != null && known.identity !== identity;
  const beganAfter = idPlus(row.nextId, -1);
  const isLost = seen !== null && lacks(seen, { id: beganAfter, epoch: newest.epoch });
  if (isOther || isLost || inAnyCase) {
    const begun = { stream, began_after: beganAfter, identity };
    const number = await insertEpoch(tx, dialect, begun, Math.max(newest.epoch, seen?.epoch ?? 0));
    // How far the archive has this history its archiver says anew when it opens it, and nothing is discarded before
    // that: a cursor that was restored may be of a history that the archive has given up since. Leases of that are not
    // known here; none of them has so great a number while clocks agree, and hardly the same one else.
    const archiver = { stream, ident: ARCHIVER, cursor: row.discardedUpTo };
    return setBack(tx, dialect, { ...archiver, tokenMin: number });
  }
  // From now on it is known which database this epoch is of.
  const at = dialect.now();
  if (known === undefined) {
    // Steps at other nodes of a cluster may come to the same at once.
    const first = { ...newest, began_after: NO_EVENT, identity, at };
    await tx('evt_epochs').insert(first).onConflict(['stream', 'epoch']).ignore();
  } else if (known.identity !== identity && identity !== null) {
    await tx('evt_epochs').where(newest).update({ identity });
  }
}

/** True for a database that ends at `newest`. */
function lacks(seen: Seen, newest: Seen): boolean {
  if (seen.epoch !== newest.epoch) return seen.epoch > newest.epoch;
  return compareIds(seen.id, newest.id) > 0;
}

async function insertEpoch(
  tx: Knex,
  dialect: Dialect,
  row: { stream: string; began_after: EventId; identity: string | null },
  behind: number,
): Promise<number> {
  const next = { stream: row.stream, epoch: behind + 1 };
  await tx('evt_epochs').insert({ ...row, ...next, at: dialect.now() });
  const { at } = await tx('evt_epochs')
    .where(next)
    .first({ at: dialect.isoTime('at') });
  const epoch = Math.max(next.epoch, Math.floor((Date.parse(at) - FIRST_MS) / 1000));
  await tx('evt_epochs').where(next).update({ epoch });
  await tx('evt_streams').where('name', row.stream).update({ epoch });
  return epoch;
}
