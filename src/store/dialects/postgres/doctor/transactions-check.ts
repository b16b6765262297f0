// Transactions that somebody has left open on PostgreSQL: their events come when they end, and whatever changes a table
// waits for them. Of other accounts only who may see all activity (pg_monitor) is told.
import { inboxesOf } from '../../../examining/our-tables.ts';
import type { Check, Found } from '../../../examining/patient.ts';
import { literal, textList } from '../sql-text.ts';
import type { PostgresPatient } from './postgres-patient.ts';

/** Sessions that have written, and so hold the lock of writers. */
const sessionsSql = (inboxes: readonly string[], limitMs: number) => `
select distinct a.pid, a.usename as account, round(extract(epoch from clock_timestamp() - a.xact_start)) as seconds
  from pg_stat_activity a join pg_locks l on l.pid = a.pid
 where l.locktype = 'relation' and l.mode = 'RowExclusiveLock' and l.granted
   and l.relation in (select to_regclass(name) from unnest(${textList(inboxes)}) name)
   and a.datname = current_database() and a.application_name not like ${literal('aftercommit%')}
   and a.xact_start < clock_timestamp() - interval '${limitMs} milliseconds'`;

const preparedSql = (limitMs: number) => `
select gid, owner, round(extract(epoch from clock_timestamp() - prepared)) as seconds
  from pg_prepared_xacts
 where database = current_database() and prepared < clock_timestamp() - interval '${limitMs} milliseconds'`;

export const transactionsCheck: Check<PostgresPatient> = {
  subject: 'which transactions are open',
  look: async (patient) => {
    const { timeoutMs } = patient.request;
    const inboxes = await inboxesOf(patient);
    const open = await patient.ask(sessionsSql(inboxes, timeoutMs));
    const prepared = await patient.ask(preparedSql(timeoutMs));
    return [
      ...open.map(
        ({ pid, account, seconds }): Found => ({
          id: 'transaction-left',
          found: `A transaction of ${account} has been open for ${seconds} s, and has written events.`,
          mend: 'Let its application end it; or cut it off, which rolls it back.',
          sql: [`select pg_terminate_backend(${pid})`],
        }),
      ),
      ...prepared.map(
        ({ gid, owner, seconds }): Found => ({
          id: 'transaction-left',
          found: `The prepared transaction ${gid} of ${owner} has waited for ${seconds} s.`,
          mend: 'Commit it or roll it back, as whoever coordinates it has decided.',
          sql: [`rollback prepared ${literal(gid)}`],
        }),
      ),
    ];
  },
};
