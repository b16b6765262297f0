// The barrier on MySQL and MariaDB: a trigger that raises. It holds in every session and under `insert ignore`, as a
// check does not: MariaDB lets any session switch checks off (check_constraint_checks). Where the account may make no
// trigger, as without SUPER beside a binary log, it is a check that nothing passes; what a session without checks
// writes then waits in the inbox.
//
// DDL commits by itself. It waits for every transaction that has written into the table, and whoever comes later waits
// behind it: MariaDB ends that wait to the millisecond, MySQL to the second.
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Barrier } from '../../barrier.ts';
import { tablesOf } from '../../tables.ts';
import { isMysqlTriggerRefused } from '../db-errors.ts';

/**
 * Triggers have their names for the whole database, on MySQL checks too, and one goes along when its stream is renamed:
 * hence a name by chance, known by its end.
 */
const nameByChance = () => `evt_${randomBytes(6).toString('hex')}_sealed`;

const TRIGGERS = `
select trigger_name as name from information_schema.triggers
 where event_object_schema = database() and event_object_table = ? and trigger_name like '%\\_sealed'`;

const CHECKS = `
select constraint_name as name from information_schema.table_constraints
 where table_schema = database() and table_name = ? and constraint_type = 'CHECK'
   and constraint_name like '%\\_sealed'`;

export const mysqlBarrier: Barrier = {
  isTransactional: false,

  isRaised: async (db, stream) => {
    const { inbox } = tablesOf(stream);
    return (
      [...(await namesIn(db, TRIGGERS, inbox)), ...(await namesIn(db, CHECKS, inbox))].length > 0
    );
  },

  raise: async (db, stream, lockMs) => {
    if (await mysqlBarrier.isRaised(db, stream)) return;
    const { inbox } = tablesOf(stream);
    const waiting = await waitingFor(db, lockMs);
    try {
      await db.raw(
        `${waiting} create trigger ?? before insert on ?? for each row
           signal sqlstate '45000' set message_text = ?`,
        [nameByChance(), inbox, 'aftercommit: the stream is sealed'],
      );
    } catch (error) {
      if (!isMysqlTriggerRefused(error)) throw error;
      await raiseCheck(db, inbox);
    }
  },

  lower: async (db, stream, lockMs) => {
    const { inbox } = tablesOf(stream);
    const waiting = await waitingFor(db, lockMs);
    for (const name of await namesIn(db, TRIGGERS, inbox)) {
      await db.raw(`${waiting} drop trigger if exists ??`, [name]);
    }
    for (const name of await namesIn(db, CHECKS, inbox)) {
      await db.raw('alter table ?? drop constraint ??', [inbox, name]);
    }
  },
};

/** It writes the table anew, so no limit may cut it short but that of the wait. Rows that are there are let through. */
async function raiseCheck(db: Knex, inbox: string): Promise<void> {
  if (await isMariadb(db)) await db.raw('set session check_constraint_checks = 0');
  await db.raw('alter table ?? add constraint ?? check (false)', [inbox, nameByChance()]);
}

/** Bounds the waits of the session, and gives what bounds a statement more closely. */
async function waitingFor(db: Knex, lockMs: number): Promise<string> {
  await db.raw(`set session lock_wait_timeout = ${Math.ceil(lockMs / 1000)}`);
  return (await isMariadb(db)) ? `set statement max_statement_time = ${lockMs / 1000} for` : '';
}

async function isMariadb(db: Knex): Promise<boolean> {
  const [[row]] = await db.raw('select version() as version');
  return row.version.includes('MariaDB');
}

async function namesIn(db: Knex, sql: string, inbox: string): Promise<string[]> {
  const [rows] = await db.raw(sql, [inbox]);
  return (rows as { name: string }[]).map(({ name }) => name);
}
