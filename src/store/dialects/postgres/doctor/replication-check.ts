// What follows a PostgreSQL server: standbys that commits wait for, and slots that keep its log.
import type { Mend } from '../../../examining/mend.ts';
import type { Check, Found } from '../../../examining/patient.ts';
import type { Standing } from '../../../examining/standing.ts';
import { literal } from '../sql-text.ts';
import type { PostgresPatient } from './postgres-patient.ts';
import { mendOf, type Setting, settingsOf } from './settings.ts';

/** What becomes of a commit of the service, and who is there to wait for. */
interface Awaiting {
  readonly names: Setting | undefined;
  readonly isWaiting: boolean;
  readonly isStandby: boolean;
  /** Servers and other readers of its log. */
  readonly followers: number;
  /** Of them, commits wait for these. */
  readonly awaited: number;
  /** Who may not see all statistics sees that these are there, and not what they are. */
  readonly unknown: number;
  /** What has commits wait. */
  readonly waitMend: Mend;
}

/** `streaming` can be waited for: they say what is on their disks. */
const FOLLOWERS = `
select pg_is_in_recovery() as standby, count(*)::int as followers,
       count(*) filter (where sync_state in ('sync', 'quorum') and state = 'streaming')::int as awaited,
       count(*) filter (where state = 'streaming' and flush_lsn is not null)::int as streaming,
       count(*) filter (where sync_state is null)::int as unknown
  from pg_stat_replication`;

/** Our sessions make "off" of synchronous_commit "on" (session.ts). */
async function awaiting(patient: PostgresPatient): Promise<Awaiting> {
  const settings = await settingsOf(patient, ['synchronous_standby_names', 'synchronous_commit']);
  const names = settings.get('synchronous_standby_names');
  const level = settings.get('synchronous_commit');
  const isNamed = names !== undefined && names.value !== '';
  const isLocal = level?.value === 'local';
  const [row] = await patient.ask(FOLLOWERS);
  const { standby: isStandby, followers = 0, awaited = 0, streaming = 0, unknown = 0 } = row ?? {};
  const changes = [
    ...(names === undefined || isNamed ? [] : [[names, literal('ANY 1 (*)')] as const]),
    ...(isLocal ? [[level, 'on'] as const] : []),
  ];
  return {
    ...{ names, isWaiting: isNamed && !isLocal, isStandby, followers, awaited, unknown },
    waitMend: waitMend(changes, { isStandby, streaming }),
  };
}

/** What a pair has to choose between. */
const PRICE =
  'With two servers each choice has its price: one that waits takes no event while the other is away, until the ' +
  'setting is cleared; one that does not may lose what it alone has confirmed. With three there is neither.';

/** A primary that waits while nobody follows takes no write any more. */
function waitMend(
  changes: Parameters<typeof mendOf>[1][],
  { isStandby, streaming }: { readonly isStandby: boolean; readonly streaming: number },
): Mend {
  if (isStandby) {
    return mendOf(
      `Have its commits wait for another server too; once it is promoted they hang until one follows it. ${PRICE}`,
      ...changes,
    );
  }
  if (streaming > 0) {
    return mendOf(
      `Have commits wait for another server, by the names of all that may take over. ${PRICE}`,
      ...changes,
    );
  }
  return {
    mend:
      'Connect a standby first, until it streams (pg_stat_replication, as an account with pg_monitor), and look ' +
      'again: with none, commits that are to wait for one would hang.',
    sql: [],
  };
}

export const standbysCheck: Check<PostgresPatient> = {
  subject: 'who follows it',
  look: async (patient) => {
    const { names, isWaiting, isStandby, followers, awaited, unknown, ...others } =
      await awaiting(patient);
    // It commits nothing.
    if (isStandby) return [];
    if (names !== undefined && isWaiting && awaited === 0 && unknown === 0)
      return [absentStandby(names)];
    // Where several servers are named, what they are to each other is looked at instead.
    if (isWaiting || followers === 0 || patient.request.isOneOfMany) return [];
    return [
      {
        id: 'standby-not-awaited',
        found: `Commits wait for none of the servers that follow (${followers}), which matters if one is to take over.`,
        ...others.waitMend,
      },
    ];
  },
};

function absentStandby(names: Setting): Found {
  const waiting = `${names.name} = ${literal(names.value)}`;
  return {
    id: 'standby-absent',
    found: `Commits wait for a standby (${waiting}), and none of them is connected.`,
    ...mendOf(
      'Start the standby; or, where none was promoted in place of this server, have no commit wait for one.',
      [names, "''"],
    ),
  };
}

/** A standby is asked by what it will be when it is promoted. */
export async function standingOf(patient: PostgresPatient): Promise<Omit<Standing, 'host'>> {
  const [row] = await patient.ask('select pg_postmaster_start_time()::text as started');
  const { names, isWaiting, isStandby, waitMend: awaitOthers } = await awaiting(patient);
  return {
    takesWrites: !isStandby,
    identity: row?.started,
    cluster: null,
    awaitsOthers: isWaiting,
    awaitOthers,
    goOnAlone: names !== undefined && isWaiting ? goOnAlone(names) : null,
  };
}

/** No statement: run today, the server would confirm what it alone has, also behind a failover that leaves another. */
function goOnAlone(names: Setting): Mend {
  const clearing = names.sqlTo("''").join('; ');
  return {
    mend:
      `Have a third server. With two: when it is promoted and the other does not follow it, ` +
      `${clearing === '' ? `clear ${names.name} there` : `run there: ${clearing}`}; and take that back once it ` +
      'does. Not before: it would confirm what no other server has.',
    sql: [],
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
