// Which paths are ours, and whose door each leads to. On a server that is shared all other paths are the
// application's.
import type { IncomingMessage } from 'node:http';

export const RPC_PATH = '/rpc';
export const FUTOIN_PATH = '/futoin';
/** Below it. */
export const STREAMS_PATH = '/streams/';
/** And below it. */
export const STATE_PATH = '/state';

export function pathOf({ url }: Pick<IncomingMessage, 'url'>): string {
  return url?.split('?', 1)[0] ?? '';
}

/** All behind the first question mark: a second one is part of a value. */
export function queryOf(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at + 1);
}

export type DoorName = 'rpc' | 'futoin' | 'streams' | 'state';

/** What this node offers besides calls. */
export interface Offers {
  readonly hasStreams: boolean;
  readonly hasState: boolean;
}

/** null = none of ours. */
export function doorAt(path: string, { hasStreams, hasState }: Offers): DoorName | null {
  if (path === RPC_PATH) return 'rpc';
  if (hasStreams && path.startsWith(STREAMS_PATH)) return 'streams';
  if (hasState && (path === STATE_PATH || path.startsWith(`${STATE_PATH}/`))) return 'state';
  return path === FUTOIN_PATH || path.startsWith(`${FUTOIN_PATH}/`) ? 'futoin' : null;
}
