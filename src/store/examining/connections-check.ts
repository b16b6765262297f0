// Whether as many connections may be open as one process of this configuration opens.
import type { ExaminationRequest, Found } from './patient.ts';

/** What bounds connections, how many it leaves, and the statements that leave more; 0 or less = no bound. */
export interface ConnectionBound {
  readonly name: string;
  /** What all connections have in common that it counts. */
  readonly bounds: (url: string) => string;
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
  const { url, warehouseUrl, poolMax } = request;
  return bounds.flatMap(({ name, bounds: boundOf, most, mend, sql }) => {
    const isShared = warehouseUrl !== undefined && boundOf(warehouseUrl) === boundOf(url);
    const wanted = connectionsOf(request) + (isShared ? poolMax : 0);
    if (most <= 0 || most >= wanted) return [];
    const ofThem = isShared ? ` (${poolMax} of them to the warehouse)` : '';
    return [
      {
        id: 'connections-few',
        found: `One process opens up to ${wanted} connections${ofThem}, and ${name} leaves ${most}.`,
        mend: `${mend}; or lower EVT_DATABASE_POOL_MAX.`,
        sql,
      },
    ];
  });
}
