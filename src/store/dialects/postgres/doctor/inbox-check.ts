// How PostgreSQL numbers the rows of the inboxes. A step takes them in the order of these numbers, so a later commit
// must never get a lower one (see ../inbox-floor.ts too).

import type { Mend } from '../../../examining/mend.ts';
import { inboxesOf } from '../../../examining/our-tables.ts';
import type { Check, Found, Row } from '../../../examining/patient.ts';
import { literal, qualified, tablesNamed } from '../sql-text.ts';
import type { PostgresPatient } from './postgres-patient.ts';

const sequencesSql = (inboxes: readonly string[]) => `
select name, n.nspname as schema, s.seqcache as cache, s.seqincrement as increment, s.seqcycle as cycle,
       s.seqmin as least, s.seqmax as most, p.last_value as last, current_user as account
  from ${tablesNamed(inboxes)}
  join pg_sequence s on s.seqrelid = pg_get_serial_sequence(name, 'id')::regclass
  join pg_class q on q.oid = s.seqrelid join pg_namespace o on o.oid = q.relnamespace
  join pg_sequences p on p.schemaname = o.nspname and p.sequencename = q.relname`;

export const sequencesCheck: Check<PostgresPatient> = {
  subject: 'how its inboxes are numbered',
  look: async (patient) =>
    (await patient.ask(sequencesSql(await inboxesOf(patient)))).flatMap(sequenceFound),
};

function sequenceFound(row: Row): Found[] {
  const { name, schema, cache, increment, cycle, most, last } = row;
  const inbox = qualified(schema, name);
  const wrong = [
    ...(cache === '1'
      ? []
      : [{ says: `has a cache of ${cache} numbers for each session`, set: 'cache 1' }]),
    ...(increment === '1' ? [] : [{ says: `counts by ${increment}`, set: 'increment by 1' }]),
    ...(cycle ? [{ says: 'begins again when it is at its end', set: 'no cycle' }] : []),
  ];
  const unordered = wrong.map(
    ({ says, set }): Found => ({
      id: 'inbox-unordered',
      found: `The sequence of ${name} ${says}.`,
      mend: 'Have it count one by one.',
      sql: [`alter table ${inbox} alter column id set ${set}`],
    }),
  );
  if (last === null || !isNear(last, most)) return unordered;
  const found = `The sequence of ${name} is at ${last} of ${most}.`;
  return [...unordered, { id: 'inbox-full', found, ...fullMend(row) }];
}

/** The largest that the column takes. */
const NUMBER_MAX = '9223372036854775807';

function isNear(last: string, most: string): boolean {
  return BigInt(last) > (BigInt(most) / 10n) * 9n;
}

function fullMend({ name, schema, least, last, account }: Row): Mend {
  const inbox = qualified(schema, name);
  if (!isNear(last, NUMBER_MAX)) {
    return {
      mend: 'Let it go on.',
      sql: [`alter table ${inbox} alter column id set no maxvalue`],
    };
  }
  return {
    mend:
      'No larger numbers fit: let it begin again. Let the service empty the inbox while nobody writes, then stop the ' +
      'service for it: else new events would come before older ones, and the statement refuses.',
    sql: [restartSql(inbox, least, account)],
  };
}

/**
 * Rows go by their numbers, so none that is older may be left; the lock waits for whoever has a number and has not
 * committed yet, and what is looked at behind it must not be older than that wait. A running service has a floor
 * (../inbox-floor.ts), and passes over rows below it for seconds; what it is given meanwhile would overtake them. It
 * may have any name, by its URL, but not another account.
 */
function restartSql(inbox: string, least: string, account: string): string {
  return (
    "do $$ begin if current_setting('transaction_isolation') <> 'read committed' then " +
    "raise exception 'Run it in READ COMMITTED.'; end if; " +
    `lock table ${inbox} in access exclusive mode; ` +
    `if exists (select from ${inbox}) then raise exception 'The inbox is not empty.'; end if; ` +
    'if exists (select from pg_stat_activity where datname = current_database() ' +
    `and pid <> pg_backend_pid() and (usename = ${literal(account)} or application_name like 'aftercommit%')) ` +
    "then raise exception 'The service is running.'; end if; " +
    `alter table ${inbox} alter column id restart with ${least}; end $$`
  );
}
