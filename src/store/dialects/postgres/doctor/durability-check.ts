// Whether a PostgreSQL server has on its disk what it has confirmed: to us, and to applications that write by SQL. Our
// own sessions switch synchronous_commit on where it is off (session.ts).
import { ourTables } from '../../../examining/our-tables.ts';
import type { Check, Found } from '../../../examining/patient.ts';
import { literal, qualified, tablesNamed } from '../sql-text.ts';
import type { PostgresPatient } from './postgres-patient.ts';
import { mendOf, ownerWords, resetSql, settingsOf } from './settings.ts';

export const diskCheck: Check<PostgresPatient> = {
  subject: 'whether it waits for its disk',
  look: async (patient) => {
    const settings = await settingsOf(patient, ['fsync', 'full_page_writes']);
    const found: Found[] = [];
    const [fsync, pages] = [settings.get('fsync'), settings.get('full_page_writes')];
    if (fsync?.value === 'off') {
      found.push({
        id: 'disk-not-awaited',
        found: 'fsync is off: the server answers before its disk has anything.',
        ...mendOf('Switch it on.', [fsync, 'on']),
      });
    }
    if (pages?.value === 'off') {
      found.push({
        id: 'torn-pages',
        found:
          'full_page_writes is off: a page that is half written when the power fails cannot be mended.',
        ...mendOf('Switch it on, unless the file system writes pages whole (ZFS).', [pages, 'on']),
      });
    }
    return found;
  },
};

/** What accounts have of their own, here or in every database, and behind it what is for all. */
const COMMITTING = `
select r.rolname as role, d.datname as database
  from pg_db_role_setting s
  left join pg_roles r on r.oid = s.setrole
  left join pg_database d on d.oid = s.setdatabase
 where ${literal('synchronous_commit=off')} = any (s.setconfig)
   and (s.setdatabase = 0 or d.datname = current_database())
 order by 1, 2`;

export const commitsCheck: Check<PostgresPatient> = {
  subject: 'whether commits wait for its disk',
  look: async (patient) => {
    const ofAccounts = (await patient.ask(COMMITTING)).map(
      ({ role, database }): Found => ({
        id: 'commit-not-awaited',
        found: `synchronous_commit is off ${ownerWords({ role, database })}.`,
        mend: 'Switch it on, if it is an account that writes events.',
        sql: [resetSql('synchronous_commit', { role, database })],
      }),
    );
    if (ofAccounts.length > 0) return ofAccounts;
    const setting = (await settingsOf(patient, ['synchronous_commit'])).get('synchronous_commit');
    if (setting?.value !== 'off') return [];
    return [
      {
        id: 'commit-not-awaited',
        found:
          'synchronous_commit is off by default: who writes by SQL is answered before the disk has it.',
        ...mendOf('Switch it on, at least for the accounts that write events.', [setting, 'on']),
      },
    ];
  },
};

export const storageCheck: Check<PostgresPatient> = {
  subject: 'how its tables are stored',
  look: async (patient) => {
    const rows = await patient.ask(
      `select name, n.nspname as schema from ${tablesNamed(await ourTables(patient))}
        where c.relpersistence <> 'p'`,
    );
    return rows.map(({ name, schema }) => ({
      id: 'table-not-durable',
      found: `${name} is unlogged or temporary: a crash of the server leaves it empty.`,
      mend: 'Have it logged.',
      sql: [`alter table ${qualified(schema, name)} set logged`],
    }));
  },
};
