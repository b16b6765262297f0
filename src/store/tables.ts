// Table names. Stream `main` has the plain ones, stream `x` has `evt_x_...`. Stream names are checked against
// their pattern before they come here, so they are safe inside SQL.

import type { QueueOf } from './dialect.ts';

export interface StreamTables {
  readonly inbox: string;
  readonly queue: string;
  readonly history: string;
}

/**
 * A condition of SQL, for the rows of the stream's queue: true but for while the stream is copied into, and while it is
 * of another epoch.
 */
export function isReadableSql({ stream, epoch }: QueueOf): string {
  const ofEpoch = epoch === null ? '' : ` and epoch = ${epoch}`;
  return `(select status from evt_streams where name = '${stream}'${ofEpoch}) <> 'copying'`;
}

export function tablesOf(stream: string): StreamTables {
  const prefix = stream === 'main' ? 'evt' : `evt_${stream}`;
  return { inbox: `${prefix}_inbox`, queue: `${prefix}_queue`, history: `${prefix}_history` };
}
