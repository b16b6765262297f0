// Adopting a database of futoin-eventstream on PostgreSQL, inside one transaction. The tables are changed in place: one
// `alter table` writes each anew, once.
import type { Knex } from 'knex';
import { type EventId, idPlus, NO_EVENT } from '../../../contract/event-id.ts';
import type { Adopter, EventTable, Rename } from '../../adopter.ts';
import { isoTimeSql } from './statements.ts';

/** How long to wait for open transactions; everybody who comes later waits behind. Autovacuum gives way after 1 s. */
const LOCK_WAIT_MS = 3000;

/** Whatever feeds the id: a sequence that it owns or any other that its default reads, or an identity. */
const SEQUENCE = `
select coalesce(pg_get_serial_sequence(quote_ident(?), 'id'), (
    select d.refobjid::regclass::text
      from pg_attribute a
      join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
      join pg_depend d on d.classid = 'pg_attrdef'::regclass and d.objid = f.oid and d.refclassid = 'pg_class'::regclass
      join pg_class c on c.oid = d.refobjid and c.relkind = 'S'
     where a.attrelid = to_regclass(quote_ident(?)) and a.attname = 'id'
     limit 1)) as name,
  pg_get_serial_sequence(quote_ident(?), 'id') is not null as is_owned`;

/** Locks are public; what a session does is shown to its own role and to administrators only. */
const HOLDERS = `
select distinct a.pid, a.usename as name, a.application_name as application, coalesce(a.state, 'unknown') as state,
       coalesce(extract(epoch from clock_timestamp() - a.xact_start)::bigint, 0) as seconds
  from pg_locks l join pg_stat_activity a on a.pid = l.pid
 where l.locktype = 'relation' and l.granted and l.pid <> pg_backend_pid()
   and l.database = (select oid from pg_database where datname = current_database())
   and l.relation = to_regclass(quote_ident(?))`;

export const postgresAdopter: Adopter = {
  hasOurTimes: async (db, table, column) => {
    const { rows } = await db.raw(
      `select format_type(atttypid, atttypmod) as type from pg_attribute
        where attrelid = to_regclass(quote_ident(?)) and attname = ?`,
      [table, column],
    );
    return rows[0]?.type === 'timestamp(3) with time zone';
  },

  counterOf: async (db, table) => {
    const sequence = await sequenceOf(db, table);
    if (sequence === null) return NO_EVENT;
    const { rows } = await db.raw(
      `select last_value::text as last, is_called from ${sequence.name}`,
    );
    const { last, is_called: isCalled } = rows[0] as { last: EventId; is_called: boolean };
    return isCalled ? last : idPlus(last, -1);
  },

  isoTime: (db, column) => db.raw(isoTimeSql("date_trunc('milliseconds', ??)"), [column]),

  putAside: async (db, renames: readonly Rename[]) => {
    await db.raw(`set local lock_timeout = ${LOCK_WAIT_MS}`);
    for (const { from } of renames) await db.raw('lock table ?? in access exclusive mode', [from]);
    for (const { from, to } of renames) {
      await db.raw('alter table ?? rename to ??', [from, to]);
      // Our own table will want the names that PostgreSQL made from the table's.
      const key = await keyOf(db, to);
      if (key !== null)
        await db.raw('alter table ?? rename constraint ?? to ??', [to, key, `${to}_pkey`]);
      const sequence = await sequenceOf(db, to);
      if (sequence?.isOwned)
        await db.raw(`alter sequence ${sequence.name} rename to ??`, [`${to}_id_seq`]);
    }
  },

  holdersOf: async (db, tables) => {
    const found: string[] = [];
    for (const table of tables) {
      const { rows } = await db.raw(HOLDERS, [table]);
      for (const row of rows) {
        found.push(
          `process ${row.pid} of ${row.name} (${row.application || 'no application name'}, ${row.state}) has had a ` +
            `transaction open on ${table} for ${row.seconds} s`,
        );
      }
    }
    return found;
  },

  atomically: (_, work) => work(),

  convert: async (db: Knex, aside: string, table: EventTable) => {
    const sequence = await sequenceOf(db, aside);
    // Times of the original are without a zone and in UTC, which is the session's zone too.
    await db.raw(
      `alter table ??
        alter column id drop default,
        alter column id drop identity if exists,
        alter column id type bigint,
        alter column type type text collate "C" using type::text,
        alter column data type json using data::json,
        alter column ts type timestamptz(3) using date_trunc('milliseconds', ts) at time zone 'UTC'`,
      [aside],
    );
    if (table === 'evt_queue') {
      await db.raw('alter table ?? alter column ts set default clock_timestamp()', [aside]);
    }
    if (sequence?.isOwned) await db.raw(`drop sequence if exists ${sequence.name}`);
    await db.raw('comment on table ?? is null', [aside]);
    await db.raw('comment on column ??.?? is null', [aside, 'type']);
    const key = await keyOf(db, aside);
    if (key === null) throw new Error(`${table} has no primary key.`);
    await db.raw('alter table ?? rename constraint ?? to ??', [aside, key, `${table}_pkey`]);
    await db.raw('alter table ?? rename to ??', [aside, table]);
  },
};

async function sequenceOf(
  db: Knex,
  table: string,
): Promise<{ name: string; isOwned: boolean } | null> {
  const { rows } = await db.raw(SEQUENCE, [table, table, table]);
  const { name, is_owned: isOwned } = rows[0];
  // A name as PostgreSQL gives it stands quoted where it has to.
  return name === null ? null : { name, isOwned };
}

/** The name of its primary key. */
async function keyOf(db: Knex, table: string): Promise<string | null> {
  const { rows } = await db.raw(
    "select conname from pg_constraint where conrelid = to_regclass(quote_ident(?)) and contype = 'p'",
    [table],
  );
  return rows[0]?.conname ?? null;
}
