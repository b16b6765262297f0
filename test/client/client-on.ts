// A started node and the published client of it, for the tests of one database.
import { type Client, createClient } from '../../src/client/index.ts';
import type { Settings } from '../../src/config/load.ts';
import type { DatabaseKind } from '../support/databases.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';

export interface ClientOn {
  node: StartedApp;
  client: Client;
  /** Ends every run that was begun with it; aborted behind each test. */
  stop: AbortController;
  add(count: number, type?: string): Promise<void>;
  cursorOf(component: string): Promise<string | undefined>;
}

export function clientOn(kind: DatabaseKind, settings: Partial<Settings> = {}): ClientOn {
  const own = {
    add: async (count, type = 'T') => {
      const events = Array.from({ length: count }, (_, nth) => ({ type, data: nth }));
      for (let at = 0; at < count; at += 1000) {
        await own.client.addEvents(events.slice(at, at + 1000));
      }
    },
    cursorOf: async (component) => {
      const consumers = await own.client.listConsumers();
      return consumers.find((each) => each.component === component)?.cursor;
    },
  } as ClientOn;
  beforeEach(async () => {
    own.node = await startApp(kind, settings);
    own.client = createClient({ url: own.node.url });
    own.stop = new AbortController();
  });
  afterEach(async () => {
    own.stop.abort();
    await own.node.stop();
  });
  return own;
}

export const idsOf = (batches: readonly { events: readonly { id: string }[] }[]): number[] =>
  batches.flatMap(({ events }) => events.map(({ id }) => Number(id)));

export const upTo = (count: number, from = 1): number[] =>
  Array.from({ length: count }, (_, nth) => from + nth);
