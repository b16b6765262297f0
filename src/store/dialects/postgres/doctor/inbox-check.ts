// How PostgreSQL numbers the rows of the inboxes. A step takes them in the order of these numbers, so a later commit
// must never get a lower one (see ../inbox-floor.ts too).
import { inboxesOf } from '../../../examining/our-tables.ts';
import type { Check, Found, Row } from '../../../examining/patient.ts';
import { qualified, tablesNamed } from '../sql-text.ts';
import type { PostgresPatient } from './postgres-patient.ts';

const sequencesSql = (inboxes: readonly string[]) => `
select name, n.nspname as schema, s.seqcache as cache, s.seqincrement as increment, s.seqcycle as cycle,
       s.seqmax as most, p.last_value as last
  from ${tablesNamed(inboxes)}
  join pg_sequence s on s.seqrelid = pg_get_serial_sequence(name, 'id')::regclass
  join pg_class q on q.oid = s.seqrelid join pg_namespace o on o.oid = q.relnamespace
  join pg_sequences p on p.schemaname = o.nspname and p.sequencename = q.relname`;

export const sequencesCheck: Check<PostgresPatient> = {
  subject: 'how its inboxes are numbered',
  look: async (patient) =>
    (await patient.ask(sequencesSql(await inboxesOf(patient)))).flatMap(sequenceFound),
};

function sequenceFound({ name, schema, cache, increment, cycle, most, last }: Row): Found[] {
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
  const isEnding = last !== null && BigInt(last) > (BigInt(most) / 10n) * 9n;
  if (!isEnding) return unordered;
  return [
    ...unordered,
    {
      id: 'inbox-full',
      found: `The sequence of ${name} is at ${last} of ${most}.`,
      mend: 'Let it go on.',
      sql: [`alter table ${inbox} alter column id set no maxvalue`],
    },
  ];
}
