// The servers that one database has, side by side: one of them takes writes, and what it has confirmed is on another
// when it is lost.
import type { Found } from './patient.ts';
import type { Standing } from './standing.ts';

/** Whose finding it is, by host. */
export type FoundAt = readonly [host: string, found: Found];

/** `standings`: of those that could be asked, of several. */
export function serversFound(standings: readonly Standing[]): FoundAt[] {
  const [first] = standings;
  if (first === undefined) return [];
  const writers = distinct(standings.filter(({ takesWrites }) => takesWrites));
  const [writer, ...others] = writers;
  if (writer === undefined) return [[first.host, nobodyWrites(standings)]];
  const strangers = others.filter(({ cluster }) => cluster === null || cluster !== writer.cluster);
  return [
    ...strangers.map((other): FoundAt => [other.host, bothWrite(writer)]),
    ...(writer.awaitsOthers ? [] : [[writer.host, losesAtFailover(writer)] as const]),
    ...(writer.awaitsOthers ? standings.filter(confirmsAlone) : []).map(
      (standby): FoundAt => [standby.host, alone(standby)],
    ),
  ];
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

function bothWrite(writer: Standing): Found {
  return {
    id: 'several-writers',
    found: `It takes writes, and so does ${writer.host}: who connects to one sees nothing of the other.`,
    mend: 'Stop the one that was replaced, and have it follow the other before it takes connections (pg_rewind).',
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
