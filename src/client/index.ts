// The published entry `aftercommit/client` for Node: calls a server and receives from it. It loads no server and no
// database driver. Browsers have the same but for `createClient` and its options (browser.ts).
import { Client } from './client.ts';
import { NodeTransport, type NodeTransportOptions } from './transports/node.ts';

/**
 * Makes a client of the server at `url`; nothing is sent before its first call.
 *
 * @throws CallError `InvalidRequest` when `url` is no HTTP address, or holds a key, and for other options
 */
export function createClient(options: NodeTransportOptions): Client {
  return new Client(new NodeTransport(options));
}

export * from './public.ts';
export type { NodeTransportOptions };
