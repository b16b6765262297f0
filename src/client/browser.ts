// The published entry `aftercommit/client` for browsers.
import { Client } from './client.ts';
import { BrowserTransport, type BrowserTransportOptions } from './transports/browser.ts';

/** A client of the server at `url`; left out, the page's own origin. `key` for one with credentials. */
export function createClient(options: BrowserTransportOptions = {}): Client {
  return new Client(new BrowserTransport(options));
}

export * from './public.ts';
