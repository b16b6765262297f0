// The published entry `aftercommit/client` for Node: calls a server and receives from it. It loads no server and no
// database driver. Browsers are given browser.ts under the same name.
import { Client } from './client.ts';
import { NodeTransport, type NodeTransportOptions } from './transports/node.ts';

/**
 * A client of the server at `url`, as `http://127.0.0.1:8080`; `key` for one with credentials.
 *
 * @throws TypeError when `url` is no HTTP address, or holds a key
 */
export function createClient(options: NodeTransportOptions): Client {
  return new Client(new NodeTransport(options));
}

export * from './public.ts';
