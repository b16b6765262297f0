// The servers that one database has, side by side: one of them takes writes, and what it has confirmed is on another
// when it is lost.
import type { Mend } from './mend.ts';
import type { Found } from './patient.ts';
import type { Standing } from './standing.ts';

/** Whose finding it is, by host. */
export type FoundAt = readonly [host: string, found: Found];

/** `standings`: of those that could be asked, of so many that the URL names. */
export function serversFound(standings: readonly Standing[], serverCount: number): FoundAt[] {
  return [...writersFound(standings), ...(serverCount === PAIR ? pairFound(standings) : [])];
}

function writersFound(standings: readonly Standing[]): FoundAt[] {
  const [first] = standings;
  if (first === undefined) return [];
  const writers = distinct(standings.filter(({ takesWrites }) => takesWrites));
  const [writer] = writers;
  if (writer === undefined) return [[first.host, nobodyWrites(standings)]];
  return [
    ...writers.flatMap((each) => rivalry(each, writers)),
    ...(writer.awaitsOthers ? [] : [[writer.host, losesAtFailover(writer)] as const]),
    ...(writer.awaitsOthers ? standings.filter(confirmsAlone) : []).map(
      (standby): FoundAt => [standby.host, alone(standby)],
    ),
  ];
}

/** When one of them is lost, nobody is left for the other to wait for. */
const PAIR = 2;

function pairFound(standings: readonly Standing[]): FoundAt[] {
  return standings.flatMap(({ host, takesWrites, goOnAlone }) =>
    takesWrites || goOnAlone === null ? [] : [[host, waitsAtFailover(goOnAlone)] as const],
  );
}

function distinct(standings: readonly Standing[]): Standing[] {
  return standings.filter(
    ({ identity }, place) => standings.findIndex((each) => each.identity === identity) === place,
  );
}

function confirmsAlone({ takesWrites, awaitsOthers }: Standing): boolean {
  return !takesWrites && !awaitsOthers;
}

function nobodyWrites(standings: readonly Standing[]): Found {
  return {
    id: 'read-only',
    found: `None of ${standings.map(({ host }) => host).join(', ')} takes writes.`,
    mend: 'Start the primary, or promote one of the others.',
    sql: [],
  };
}

/** Which of them is the true one cannot be seen, so each is told of the others. */
function rivalry(writer: Standing, writers: readonly Standing[]): FoundAt[] {
  const rivals = writers.filter(
    (each) => each !== writer && (each.cluster === null || each.cluster !== writer.cluster),
  );
  return rivals.length === 0 ? [] : [[writer.host, severalWrite(rivals)]];
}

function severalWrite(rivals: readonly Standing[]): Found {
  const does = rivals.length === 1 ? 'does' : 'do';
  return {
    id: 'several-writers',
    found:
      `It takes writes, and so ${does} ${rivals.map(({ host }) => host).join(', ')}: ` +
      'who connects to one sees nothing of the other.',
    mend:
      'Find out which one was replaced (docs/doctor.md), before anything else is done to them. Stop that one, and ' +
      'have it follow the other before it takes connections (pg_rewind).',
    sql: [],
  };
}

/** What keeps a server from confirming anything. */
const FENCES: readonly Found['id'][] = ['standby-absent', 'read-only'];

/** With several writers, one of them was replaced: let go on, it would confirm events that the true one never sees. */
export function amongRivals(found: Found): Found {
  if (!FENCES.includes(found.id)) return found;
  return {
    ...found,
    mend:
      'Find out first which server is the true one (see several-writers). The one that was replaced must not go on: ' +
      'that it confirms nothing keeps events from being lost there.',
    sql: [],
  };
}

function losesAtFailover({ awaitOthers }: Standing): Found {
  return {
    id: 'failover-loses',
    found: 'It confirms commits before another server has them, and others are to take over.',
    ...awaitOthers,
  };
}

function alone({ awaitOthers }: Standing): Found {
  return {
    id: 'failover-loses',
    found:
      'When it is promoted it confirms commits that no other server has, unlike the primary of today.',
    ...awaitOthers,
  };
}

function waitsAtFailover(goOnAlone: Mend): Found {
  return {
    id: 'failover-waits',
    found:
      'When it is promoted in place of the only other server, its commits wait for one that follows it, and hang.',
    ...goOnAlone,
  };
}
