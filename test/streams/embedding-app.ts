// An application that embeds a node, on a database of its own, with clients of its streams; all gone behind each test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, type AppOptions, createApp } from '../../src/index.ts';
import { writeCredentials } from '../../src/server/credentials.ts';
import { registeredProviders } from '../../src/server/stream-kinds.ts';
import { SseClient } from '../support/sse.ts';

export interface EmbeddingApp {
  /** These come before the options of all. */
  start(options?: AppOptions): Promise<App>;
  /** The same with a credentials file that holds nobody. */
  startWithKeys(options?: AppOptions): Promise<App>;
  open(path: string, headers?: Record<string, string>): Promise<SseClient>;
}

export function embeddingApp(common: AppOptions): EmbeddingApp {
  let folder: string;
  let app: App | null = null;
  const clients: SseClient[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'aftercommit-embedding-'));
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await app?.stop();
    app = null;
    registeredProviders().clear();
    rmSync(folder, { recursive: true });
  });
  const start = async (options: AppOptions = {}) => {
    const database = `sqlite:${join(folder, 'events.db')}`;
    app = createApp({ database, server: { port: 0 }, ...common, ...options });
    await app.start();
    return app;
  };
  return {
    start,
    startWithKeys: (options = {}) => {
      const credentials = join(folder, 'credentials.json');
      writeCredentials(credentials, { principals: [] });
      return start({ credentials, ...options });
    },
    open: async (path, headers = {}) => {
      const client = await SseClient.open(`${app?.url}/streams/${path}`, headers);
      clients.push(client);
      return client;
    },
  };
}
