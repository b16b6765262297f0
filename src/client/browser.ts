// The published entry `aftercommit/client` for browsers.
import { Client } from './client.ts';
import { BrowserTransport, type BrowserTransportOptions } from './transports/browser.ts';

/**
 * Makes a client of the server at `url`; nothing is sent before its first call.
 *
 * @throws CallError `InvalidRequest` when `url` is no HTTP address, or holds a key, and for other options
 */
export function createClient(options: BrowserTransportOptions = {}): Client {
  return new Client(new BrowserTransport(options));
}

export * from './public.ts';
export type { BrowserTransportOptions };
