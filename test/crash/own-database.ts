// A node on a database server of the test's own, fresh for each test of a `describe`, and the load on it.
import type { Settings } from '../../src/config/load.ts';
import type { ServerKind } from '../support/databases.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { type OwnServer, type OwnServerOptions, startOwnServer } from '../support/own-server.ts';
import { Load } from './load.ts';

const START_MS_MAX = 60_000;
const TIMEOUT_MS = 2000;
/** What a call may take at most: its time limit, the moment in which a lost answer is asked for, and a busy machine. */
export const CALL_MS_MAX = TIMEOUT_MS + 15_000;

export interface OwnDatabase {
  server: OwnServer;
  node: NodeProcess;
  startLoad(): Promise<Load>;
}

export interface OwnDatabaseOptions extends OwnServerOptions {
  /** The node's settings beside the database. */
  readonly settings?: (server: OwnServer) => Promise<Partial<Settings>>;
}

/** Whole from its `beforeEach` on. */
export function ownDatabase(
  kind: ServerKind,
  { settings = async () => ({}), ...options }: OwnDatabaseOptions = {},
): OwnDatabase {
  const own = {} as OwnDatabase;
  let load: Load | null = null;
  beforeEach(async () => {
    own.server = await startOwnServer(kind, options);
    const databaseUrl = await own.server.createDatabase();
    const more = { databaseTimeoutMs: TIMEOUT_MS, ...(await settings(own.server)) };
    own.node = await startNode({ databaseUrl, logLevel: 'silent', ...more });
    own.startLoad = async () => {
      load = await Load.start(kind, databaseUrl, own.node.url);
      return load;
    };
  }, START_MS_MAX);
  afterEach(async () => {
    await load?.abandon();
    await own.node?.end('SIGKILL');
    await own.server?.close();
  });
  return own;
}
