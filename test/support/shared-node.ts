// The doors and what is behind them on a server that the test made, as an application would: SQLite, gone after it.
import type { Server as HttpServer, RequestListener } from 'node:http';
import { type Service, startAll, stopAll } from '../../src/base/lifecycle.ts';
import { loadSettings, type Settings } from '../../src/config/load.ts';
import { Delivery } from '../../src/delivery/delivery.ts';
import { Feed } from '../../src/feed/feed.ts';
import { Generator } from '../../src/generator/generator.ts';
import { Server } from '../../src/server/server.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { openStore } from './open-store.ts';

export interface SharedNode {
  readonly server: Server;
  /** Stops the node and removes its database; once is enough. */
  stop(): Promise<void>;
}

export async function startOn(
  http: HttpServer,
  values: Partial<Settings> = {},
): Promise<SharedNode> {
  const settings = loadSettings({ values });
  const opened = await openStore('sqlite');
  const { store } = opened;
  const shared = { store, metrics: createMetrics(), logger: createLogger('silent') };
  const feed = new Feed({ ...shared, stream: 'main', pace: settings, limits: settings });
  const onHint = () => feed.hint();
  const generator = new Generator({
    ...shared,
    streams: ['main'],
    onAppended: onHint,
    limits: settings,
  });
  const feeds = new Map([['main', feed]]);
  const delivery = new Delivery({ ...shared, feeds, node: 'shared', limits: settings });
  const server = new Server({
    ...settings,
    ...shared,
    listen: { server: http },
    services: { ...settings, ...shared, generator, delivery, onHint },
    offered: settings.services,
    problems: async () => ({}),
    metricsText: async () => ({ contentType: 'text/plain', text: '' }),
  });
  const services: Service[] = [feed, generator, delivery, server];
  await startAll(services).catch(async (error) => {
    await opened.close();
    throw error;
  });
  let stopped: Promise<void> | null = null;
  const stop = async () => {
    await stopAll(services);
    await opened.close();
  };
  return {
    server,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** An application that echoes what it is sent. */
export const echo: RequestListener = async (request, response) => {
  let text = `${request.method} ${request.url} `;
  for await (const part of request) text += part;
  response.end(text);
};
