// Whether as many connections may be open as one process of this configuration opens.
import type { ExaminationRequest, Found } from './patient.ts';

/** What bounds connections, how many it leaves, and the statements that leave more; 0 or less = no bound. */
export interface ConnectionBound {
  readonly name: string;
  readonly most: number;
  readonly mend: string;
  readonly sql: readonly string[];
}

/** Pool, a step for each stream, and one that is told of commits. */
function connectionsOf({ database, poolMax, streams }: ExaminationRequest): number {
  return poolMax + (database === 'active' ? streams.length + 1 : 0);
}

export function connectionsFound(
  request: ExaminationRequest,
  bounds: readonly ConnectionBound[],
): Found[] {
  const wanted = connectionsOf(request);
  return bounds
    .filter(({ most }) => most > 0 && most < wanted)
    .map(({ name, most, mend, sql }) => ({
      id: 'connections-few',
      found: `One process opens up to ${wanted} connections, and ${name} leaves ${most}.`,
      mend: `${mend}; or lower EVT_DATABASE_POOL_MAX.`,
      sql,
    }));
}
