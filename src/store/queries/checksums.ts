// evt_checksums: what ranges of the history come to. A range grows while it is the newest, and then never changes.
import type { Knex } from 'knex';
import type { EventId } from '../../contract/event-id.ts';
import type { Dialect } from '../dialect.ts';

/** Of the archived events with `after < id <= last`. */
export interface Checksum {
  readonly after: EventId;
  readonly last: EventId;
  readonly epoch: number;
  readonly events: number;
  /** SHA-256, in hexadecimal digits. */
  readonly digest: string;
}

export async function insertChecksum(
  tx: Knex,
  stream: string,
  { after, last, epoch, events, digest }: Checksum,
): Promise<void> {
  const row = { stream, after_id: after, last_id: last, epoch, events, digest };
  await tx('evt_checksums').insert(row);
}

/** True when there is one of a range that begins behind `after`. */
export async function hasChecksum(tx: Knex, stream: string, after: EventId): Promise<boolean> {
  const range = { stream, after_id: after };
  return (await tx('evt_checksums').where(range).first('stream')) !== undefined;
}

/** Forgets those that reach beyond `upTo`. */
export async function deleteChecksumsBehind(
  tx: Knex,
  stream: string,
  upTo: EventId,
): Promise<void> {
  await tx('evt_checksums').where('stream', stream).where('last_id', '>', upTo).delete();
}

/** Writes it where the last one was up to `from`; false when that is not there. */
export async function writeChecksum(
  tx: Knex,
  stream: string,
  from: EventId,
  checksum: Checksum,
): Promise<boolean> {
  const { after, last, events, digest } = checksum;
  if (after === from) {
    await insertChecksum(tx, stream, checksum);
    return true;
  }
  const count = await tx('evt_checksums')
    .where({ stream, after_id: after, last_id: from })
    .update({ last_id: last, events, digest });
  return count === 1;
}

/** The range that was begun last; null when there is none. */
export async function newestChecksum(
  db: Knex,
  dialect: Dialect,
  stream: string,
): Promise<Checksum | null> {
  const row = await select(db, dialect, stream).orderBy('after_id', 'desc').first();
  return row === undefined ? null : checksumOf(row);
}

/** At most `limit` of them in order, behind the one that begins at `beginning`. */
export async function listChecksums(
  db: Knex,
  dialect: Dialect,
  stream: string,
  page: { beginning: EventId | null; limit: number },
): Promise<Checksum[]> {
  const query = select(db, dialect, stream).orderBy('after_id').limit(page.limit);
  if (page.beginning !== null) query.where('after_id', '>', page.beginning);
  return (await query).map(checksumOf);
}

function select(db: Knex, dialect: Dialect, stream: string): Knex.QueryBuilder {
  return db('evt_checksums')
    .where('stream', stream)
    .select({
      after: dialect.idText('after_id'),
      last: dialect.idText('last_id'),
      epoch: 'epoch',
      events: dialect.idText('events'),
      digest: 'digest',
    });
}

function checksumOf({ after, last, epoch, events, digest }: Record<string, unknown>): Checksum {
  return {
    after: after as EventId,
    last: last as EventId,
    epoch: Number(epoch),
    events: Number(events),
    digest: String(digest),
  };
}
