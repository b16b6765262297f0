// Which paths are ours, and whose door each leads to. On a server that is shared all other paths are the
// application's.
import type { IncomingMessage } from 'node:http';

export const RPC_PATH = '/rpc';
export const FUTOIN_PATH = '/futoin';

export function pathOf({ url }: Pick<IncomingMessage, 'url'>): string {
  return url?.split('?', 1)[0] ?? '';
}

/** null = none of ours. */
export function doorAt(path: string): 'rpc' | 'futoin' | null {
  if (path === RPC_PATH) return 'rpc';
  return path === FUTOIN_PATH || path.startsWith(`${FUTOIN_PATH}/`) ? 'futoin' : null;
}
