// The consumers of an adopted database: they are few, so they are read and written anew, under their new names.
import type { Knex } from 'knex';
import { ARCHIVER } from '../../contract/consumer.ts';
import { type EventId, maxId } from '../../contract/event-id.ts';
import { isEventTime } from '../../contract/time.ts';
import type { Dialect } from '../dialect.ts';
import { ASIDE, STREAM } from './originals.ts';

export interface OriginalConsumer {
  readonly ident: string;
  readonly cursor: EventId;
}

export interface AdoptedConsumer {
  readonly from: string;
  readonly to: string;
  readonly cursor: EventId;
  /** Where it stood, when it is elsewhere now. */
  readonly stoodAt: EventId | null;
}

/** Throws when one has no new name: it was registered after the names were given. */
export async function requireNamed(
  db: Knex,
  dialect: Dialect,
  table: string,
  names: ReadonlyMap<string, string>,
): Promise<void> {
  const known = await readConsumers(db, dialect, table);
  const unnamed = known.map(({ ident }) => ident).filter((ident) => !names.has(ident));
  if (unnamed.length === 0) return;
  throw new Error(`Consumers were registered meanwhile: ${unnamed.join(', ')}. Run it again.`);
}

/** Again with every attempt, since the names may be others by then; nobody can have used them. */
export async function insertConsumers(
  db: Knex,
  dialect: Dialect,
  names: ReadonlyMap<string, string>,
  { archivedUpTo, discardedUpTo }: { archivedUpTo: EventId | null; discardedUpTo: EventId },
): Promise<AdoptedConsumer[]> {
  await db('evt_consumers').where('stream', STREAM).delete();
  const consumers: AdoptedConsumer[] = [];
  for (const each of await readConsumers(db, dialect, ASIDE.consumers)) {
    const to = names.get(each.ident) as string;
    // What the history holds counts, and not what its archiver had come to say of it.
    const stood = to === ARCHIVER ? (archivedUpTo ?? each.cursor) : each.cursor;
    // What was discarded is nowhere any more: the original, too, went on with the first event that is there.
    const cursor = maxId(stood, discardedUpTo);
    await insertConsumer(db, dialect, { ...each, to, cursor });
    const stoodAt = cursor === each.cursor ? null : each.cursor;
    consumers.push({ from: each.ident, to, cursor, stoodAt });
  }
  let isArchived = consumers.some(({ to }) => to === ARCHIVER);
  if (!isArchived && archivedUpTo !== null) {
    const cursor = maxId(archivedUpTo, discardedUpTo);
    await insertConsumer(db, dialect, { to: ARCHIVER, cursor, regTime: null, lastTime: null });
    isArchived = true;
  }
  if (isArchived) await db('evt_streams').where('name', STREAM).update({ archive_required: 1 });
  return consumers;
}

interface ReadConsumer extends OriginalConsumer {
  readonly regTime: string | null;
  readonly lastTime: string | null;
}

export async function readConsumers(
  db: Knex,
  dialect: Dialect,
  table: string,
): Promise<ReadConsumer[]> {
  return db(table)
    .orderBy('id')
    .select({
      ident: 'ident',
      cursor: dialect.idText('last_evt_id'),
      regTime: dialect.adopter.isoTime(db, 'reg_time'),
      lastTime: dialect.adopter.isoTime(db, 'last_time'),
    });
}

async function insertConsumer(
  db: Knex,
  dialect: Dialect,
  consumer: Omit<ReadConsumer, 'ident'> & { to: string },
): Promise<void> {
  const time = (text: string | null) =>
    text !== null && isEventTime(text) ? dialect.time(text) : null;
  await db('evt_consumers').insert({
    stream: STREAM,
    ident: consumer.to,
    last_evt_id: consumer.cursor,
    reg_time: time(consumer.regTime) ?? dialect.now(),
    last_time: time(consumer.lastTime),
  });
}
