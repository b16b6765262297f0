// How PostgreSQL numbers the rows of the inboxes. A step takes them in the order of these numbers, so a later commit
// must never get a lower one (see ../inbox-floor.ts too).
import { inboxesOf } from '../../../examining/our-tables.ts';
import type { Check, Found, Row } from '../../../examining/patient.ts';
import { literal, type PostgresPatient } from './postgres-patient.ts';

const sequenceSql = (inbox: string) => `
select s.seqcache as cache, s.seqincrement as increment, s.seqcycle as cycle, s.seqmax as most, p.last_value as last
  from pg_sequence s
  join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
  join pg_sequences p on p.schemaname = n.nspname and p.sequencename = c.relname
 where s.seqrelid = pg_get_serial_sequence(${literal(inbox)}, 'id')::regclass`;

export const sequencesCheck: Check<PostgresPatient> = {
  subject: 'how its inboxes are numbered',
  look: async (patient) => {
    const found: Found[] = [];
    for (const inbox of await inboxesOf(patient)) {
      const [row] = await patient.ask(sequenceSql(inbox));
      if (row !== undefined) found.push(...sequenceFound(inbox, row));
    }
    return found;
  },
};

function sequenceFound(inbox: string, { cache, increment, cycle, most, last }: Row): Found[] {
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
      found: `The sequence of ${inbox} ${says}.`,
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
      found: `The sequence of ${inbox} is at ${last} of ${most}.`,
      mend: 'Let it go on.',
      sql: [`alter table ${inbox} alter column id set no maxvalue`],
    },
  ];
}
