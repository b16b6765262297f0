// What follows a PostgreSQL server: standbys that commits wait for, and slots that keep its log.
import type { Check, Found } from '../../../examining/patient.ts';
import type { Standing } from '../../../examining/standing.ts';
import type { PostgresPatient } from './postgres-patient.ts';
import { settingsOf, systemSql } from './settings.ts';
import { literal } from './sql-text.ts';

/** Who may not see all statistics sees that there are some, and not what they are. */
const FOLLOWERS = `
select pg_is_in_recovery() as standby, count(*)::int as followers,
       count(*) filter (where sync_state in ('sync', 'quorum') and state = 'streaming')::int as awaited,
       count(*) filter (where sync_state is null)::int as unknown
  from pg_stat_replication`;

export const standbysCheck: Check<PostgresPatient> = {
  subject: 'who follows it',
  look: async (patient) => {
    const { names, isWaiting, waitSql } = await awaiting(patient);
    const [row] = await patient.ask(FOLLOWERS);
    const { standby, followers = 0, awaited = 0, unknown = 0 } = row ?? {};
    // It commits nothing.
    if (standby) return [];
    if (isWaiting && awaited === 0 && unknown === 0) return [absentStandby(names)];
    // Where several servers are named, what they are to each other is looked at instead.
    if (isWaiting || followers === 0 || patient.request.isOneOfMany) return [];
    return [
      {
        id: 'standby-not-awaited',
        found: `Commits wait for none of the servers that follow (${followers}).`,
        mend: 'If it may become the primary: have commits wait, with the names of all the others.',
        sql: waitSql,
      },
    ];
  },
};

interface Awaiting {
  /** Of the standbys. */
  readonly names: string;
  readonly isWaiting: boolean;
  /** What makes it so. */
  readonly waitSql: readonly string[];
}

/** Whether a commit of the service waits for a standby: our sessions make "off" "on" (session.ts). */
async function awaiting(patient: PostgresPatient): Promise<Awaiting> {
  const settings = await settingsOf(patient, ['synchronous_standby_names', 'synchronous_commit']);
  const names = settings.get('synchronous_standby_names')?.value ?? '';
  const level = settings.get('synchronous_commit');
  const isLocal = level?.value === 'local';
  return {
    names,
    isWaiting: names !== '' && !isLocal,
    waitSql: [
      ...(names === '' ? systemSql('synchronous_standby_names', literal('ANY 1 (*)')) : []),
      ...(isLocal ? level.mend('on') : []),
    ],
  };
}

/** A standby is asked by what it will be when it is promoted. */
export async function standingOf(patient: PostgresPatient): Promise<Omit<Standing, 'host'>> {
  const [row] = await patient.ask(
    'select pg_is_in_recovery() as standby, pg_postmaster_start_time()::text as started',
  );
  const { isWaiting, waitSql } = await awaiting(patient);
  return {
    takesWrites: row?.standby === false,
    identity: row?.started,
    cluster: null,
    awaitsOthers: isWaiting,
    awaitOthersSql: waitSql,
  };
}

function absentStandby(names: string): Found {
  return {
    id: 'standby-absent',
    found: `Commits wait for a standby (synchronous_standby_names = ${literal(names)}), and none of them is connected.`,
    mend: 'Start the standby; or have no commit wait for one.',
    sql: systemSql('synchronous_standby_names', "''"),
  };
}

/** The log behind it is kept without a bound. */
const SLOTS = `
select slot_name as name, restart_lsn::text as since from pg_replication_slots
 where not active and restart_lsn is not null and safe_wal_size is null`;

export const slotsCheck: Check<PostgresPatient> = {
  subject: 'its replication slots',
  look: async (patient) =>
    (await patient.ask(SLOTS)).map(({ name, since }) => ({
      id: 'slot-left',
      found: `Nobody reads the replication slot ${name}, and the server keeps its log from ${since} on for it.`,
      mend: 'Start what reads it; or drop it; or bound it (max_slot_wal_keep_size).',
      sql: [`select pg_drop_replication_slot(${literal(name)})`],
    })),
};
