// evt_copies and evt_copy_ids: the copies into this database, and the ids that their events had.
import type { Knex } from 'knex';
import type { EventId } from '../../contract/event-id.ts';
import type { CopyJob, CopyPlace, CopyStatus } from '../copy-job.ts';
import type { Dialect } from '../dialect.ts';
import { isHeld } from './leases.ts';

/** Neither done nor given up: the stream is theirs. */
const ACTIVE: readonly CopyStatus[] = ['running', 'paused', 'failed'];
const SLICE_MAX = 500;

export type NewJob = Pick<
  CopyJob,
  'name' | 'id' | 'stream' | 'terms' | 'after' | 'upTo' | 'epoch'
> & { readonly node: string };

export async function findJob(
  db: Knex,
  dialect: Dialect,
  place: CopyPlace,
  name: string,
  isLocked = false,
): Promise<CopyJob | null> {
  const query = db('evt_copies').where({ name, place }).first(columns(db, dialect));
  const row = await (isLocked ? dialect.forUpdate(query) : query);
  return row === undefined ? null : toJob(row);
}

export async function listJobs(db: Knex, dialect: Dialect, place: CopyPlace): Promise<CopyJob[]> {
  const rows = await db('evt_copies')
    .where('place', place)
    .orderBy('name')
    .select(columns(db, dialect));
  return rows.map(toJob);
}

/** True when the name is taken by a copy into the other kind of table. */
export async function isTakenElsewhere(db: Knex, place: CopyPlace, name: string): Promise<boolean> {
  const row = await db('evt_copies').where('name', name).whereNot('place', place).first('name');
  return row !== undefined;
}

/** Other copies into the stream that are not at their end. */
export async function activeJobs(
  db: Knex,
  dialect: Dialect,
  place: CopyPlace,
  { stream, name }: { stream: string; name: string },
): Promise<CopyJob[]> {
  const rows = await db('evt_copies')
    .where({ place, stream })
    .whereIn('status', ACTIVE)
    .whereNot('name', name)
    .orderBy('name')
    .select(columns(db, dialect));
  return rows.map(toJob);
}

export async function insertJob(
  tx: Knex,
  dialect: Dialect,
  place: CopyPlace,
  job: NewJob,
): Promise<void> {
  const { name, id, stream, terms, after, upTo, epoch, node } = job;
  await tx('evt_copies').insert({
    name,
    id,
    place,
    stream,
    source: terms.source,
    terms: JSON.stringify(terms),
    after_id: after,
    up_to: upTo,
    source_epoch: epoch,
    watermark: after,
    last_id: '0',
    // Nobody is at work yet, but somebody will be.
    status: 'running',
    lease_node: node,
    began_at: dialect.now(),
    moved_at: dialect.now(),
  });
}

/** `fields` by the names of the columns. */
export async function updateJob(
  tx: Knex,
  name: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> {
  await tx('evt_copies').where('name', name).update(fields);
}

/** False when the copy is somebody else's by now. */
export async function prolongLease(
  db: Knex,
  dialect: Dialect,
  { name, token }: { name: string; token: string },
  leaseMs: number,
): Promise<boolean> {
  const count = await db('evt_copies')
    .where({ name, token, status: 'running' })
    .update({ lease_until: dialect.fromNow(leaseMs) });
  return count === 1;
}

/** Which id of the source became which. */
export async function insertIds(
  tx: Knex,
  copy: string,
  pairs: readonly { srcId: EventId; id: EventId }[],
): Promise<void> {
  for (let at = 0; at < pairs.length; at += SLICE_MAX) {
    const some = pairs.slice(at, at + SLICE_MAX);
    await tx('evt_copy_ids').insert(some.map(({ srcId, id }) => ({ copy, src_id: srcId, id })));
  }
}

function columns(db: Knex, dialect: Dialect): Readonly<Record<string, string | Knex.Raw>> {
  return {
    name: 'name',
    id: 'id',
    stream: 'stream',
    terms: 'terms',
    after: dialect.idText('after_id'),
    upTo: dialect.idText('up_to'),
    epoch: 'source_epoch',
    watermark: dialect.idText('watermark'),
    lastId: dialect.idText('last_id'),
    copied: dialect.idText('copied'),
    invalid: dialect.idText('invalid'),
    status: 'status',
    error: 'error',
    token: dialect.idText('token'),
    isHeld: isHeld(db, dialect, 'lease_until'),
    node: 'lease_node',
    leaseUntil: dialect.isoTime('lease_until'),
    beganAt: dialect.isoTime('began_at'),
    movedAt: dialect.isoTime('moved_at'),
    endedAt: dialect.isoTime('ended_at'),
  };
}

function toJob(row: Record<string, unknown>): CopyJob {
  return {
    ...row,
    terms: { idleMs: 0, msMax: 0, ...JSON.parse(String(row.terms)) },
    epoch: Number(row.epoch),
    copied: Number(row.copied),
    invalid: Number(row.invalid),
    isHeld: row.status === 'running' && Number(row.isHeld) !== 0,
  } as unknown as CopyJob;
}
