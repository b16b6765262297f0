// A node on a server that the test made, as an application has it: SQLite, gone after it.
import type { Server as HttpServer, RequestListener } from 'node:http';
import { type App, type AppOptions, createApp } from '../../src/index.ts';
import { silent } from '../app/embedding/embedded.ts';
import { createDatabase } from './databases.ts';

export interface SharedNode {
  readonly app: App;
  /** Stops the node and removes its database; once is enough. */
  stop(): Promise<void>;
}

export async function startOn(http: HttpServer, options: AppOptions = {}): Promise<SharedNode> {
  const database = await createDatabase('sqlite');
  const app = createApp({ database: database.url, server: http, logger: silent, ...options });
  await app.start().catch(async (error) => {
    await database.drop();
    throw error;
  });
  return {
    app,
    stop: async () => {
      await app.stop();
      await database.drop();
    },
  };
}

/** An application that echoes what it is sent. */
export const echo: RequestListener = async (request, response) => {
  let text = `${request.method} ${request.url} `;
  for await (const part of request) text += part;
  response.end(text);
};
