// How every connection to MySQL or MariaDB is set up, in the pool and for steps alike: nothing that the server or the
// account has by default may change what our statements mean, and nothing may wait for ever, on neither side.
import type { Socket } from 'node:net';
import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  type RowDataPacket,
} from 'mysql2';
import { onAbort } from '../../../base/on-abort.ts';
import { givenUpError, within } from '../answer-limit.ts';
import type { Target } from '../connecting.ts';
import type { Place } from '../source.ts';
import { productOf, requireRecent } from './product.ts';
import { whereTo } from './where-to.ts';

/** How long a farewell may take; after it the socket is cut. */
const END_MS_MAX = 1000;
/** The server gives up first, so that its certain answer comes before our uncertain one. */
const GRACE_MS_MAX = 5000;

/** Answered also by a node of a cluster that has lost the others. */
const FACTS = `show global variables where variable_name in
  ('version', 'max_allowed_packet', 'read_only', 'wsrep_on', 'wsrep_provider')`;
const CLUSTER_FACTS =
  "show global status where variable_name in ('wsrep_ready', 'wsrep_local_state_comment')";

export interface SessionOptions {
  readonly place: Place;
  /** How long a lock wait or an idle transaction may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How long one statement may take, in milliseconds; 0 = for ever. */
  readonly statementMs: number;
  /** The greatest packet to send, in bytes, when the server takes greater ones. @default 16,000,000 */
  readonly packetBytesMax?: number;
  /** Cuts every connection when it aborts, also one that is just made. */
  readonly givenUp?: AbortSignal | undefined;
}

/**
 * To be used in the same turn. `jsonStrings`: MariaDB marks a column with a json_valid check as JSON, and the driver
 * would parse it.
 */
export function connectionOptions(
  { givenUp }: SessionOptions,
  { settings, connectMs }: Target,
): ConnectionOptions {
  // The connection that is made now listens from then on.
  if (givenUp?.aborted) throw givenUpError();
  return {
    ...whereTo(settings),
    connectTimeout: connectMs,
    flags: ['-LOCAL_FILES'],
    jsonStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
  };
}

/** A connection that goes when all is given up. What it was asked is not told so: see `within`. */
export function makeConnection<C extends Connection>(
  settings: ConnectionOptions,
  { givenUp }: SessionOptions,
): C {
  const connection = createConnection(settings) as C;
  const leave = onAbort(givenUp, () => cut(connection));
  streamOf(connection).once('close', leave);
  return connection;
}

/** Says farewell, on which the server hangs up; it may not answer any more. */
export async function endConnection(connection: Connection): Promise<void> {
  const stream = streamOf(connection);
  if (!stream.destroyed) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, END_MS_MAX);
      stream.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      // Without a function it would be an error event where nothing can be sent any more.
      connection.end(() => {});
    });
  }
  cut(connection);
}

/** Without asking the server, which may not answer any more; marked as closing first, so no error event follows. */
export function cut(connection: Connection): void {
  connection.destroy();
  streamOf(connection).destroy();
}

function streamOf(connection: Connection): Socket {
  return (connection as unknown as { stream: Socket }).stream;
}

/** How long to wait for an answer before its server counts as gone, in milliseconds; 0 = for ever. */
export function answerMsMax({ statementMs }: Pick<SessionOptions, 'statementMs'>): number {
  return statementMs + Math.min(statementMs, GRACE_MS_MAX);
}

/** Those to a node of a Galera cluster. */
const ofClusters = new WeakSet<Connection>();

export function isOfCluster(connection: Connection): boolean {
  return ofClusters.has(connection);
}

/** What a server is, as far as its sessions differ by it. */
export interface Server {
  readonly isMariadb: boolean;
  /** A node of a Galera cluster. */
  readonly isClustered: boolean;
  /** The greatest packet that it takes, in bytes. */
  readonly packetBytesMax: number;
}

/**
 * Sets the session of a new connection. Rejects on a server that is too old, and on one that takes no writes where
 * there are others.
 */
export async function prepareSession(
  connection: Connection,
  { isOneOfMany }: Target,
  options: SessionOptions,
): Promise<Server> {
  const run = (sql: string) => {
    const answer = new Promise<RowDataPacket[][]>((resolve, reject) => {
      connection.query<RowDataPacket[][]>({ sql, rowsAsArray: true }, (error, rows) =>
        error === null ? resolve(rows) : reject(error),
      );
    });
    // Also where statements may take for ever.
    const ms = answerMsMax({ statementMs: options.timeoutMs });
    return within({ ms, givenUp: options.givenUp }, answer);
  };
  const facts = factsIn(await run(FACTS));
  const product = productOf(facts.get('version') ?? '');
  requireRecent(product);
  const server = {
    isMariadb: product.isMariadb,
    isClustered: isClustered(facts),
    packetBytesMax: Number(facts.get('max_allowed_packet')),
  };
  if (server.isClustered) ofClusters.add(connection);
  if (isOneOfMany) {
    if (facts.get('read_only') === 'ON') throw new Error('The server is read-only.');
    if (server.isClustered) requireSynced(factsIn(await run(CLUSTER_FACTS)));
  }
  for (const sql of sessionSettings(options, server)) await run(sql);
  return server;
}

/** Of rows of a name and a value. */
function factsIn(rows: RowDataPacket[][]): ReadonlyMap<string, string> {
  return new Map(rows.map(([name, value]) => [String(name), String(value)]));
}

/** Some servers have `wsrep_on` for sessions only; where there is no provider MariaDB has one that is called none. */
function isClustered(facts: ReadonlyMap<string, string>): boolean {
  const provider = facts.get('wsrep_provider') ?? '';
  return !['', 'none'].includes(provider) && facts.get('wsrep_on') !== 'OFF';
}

/** A node of a Galera cluster takes nothing without most of the others, and lacks events before it has caught up. */
function requireSynced(facts: ReadonlyMap<string, string>): void {
  const isSynced = facts.get('wsrep_local_state_comment') === 'Synced';
  if (facts.get('wsrep_ready') === 'ON' && isSynced) return;
  throw new Error('The node of the cluster is not ready and synced.');
}

/**
 * The mode is set whole: strict, and without NO_BACKSLASH_ESCAPES, under which text that the driver escaped would run
 * as SQL. Not REPEATABLE READ, whose gap locks make steps and producers wait for each other. In a cluster every
 * statement that reads sees what was committed on any node before: else a step might overtake an event, and a consumer
 * find an older cursor than the one that it has moved.
 */
function sessionSettings(options: SessionOptions, { isMariadb, isClustered }: Server): string[] {
  const waitSeconds = Math.ceil(options.timeoutMs / 1000);
  // MySQL has no limit for an idle transaction, only one for an idle connection.
  const limits = isMariadb
    ? `idle_transaction_timeout = ${waitSeconds}, max_statement_time = ${options.statementMs / 1000}`
    : `wait_timeout = ${waitSeconds}, max_execution_time = ${Math.ceil(options.statementMs)}`;
  return [
    'set names utf8mb4 collate utf8mb4_bin',
    'set session transaction isolation level read committed, read write',
    `set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00',
       autocommit = 1, completion_type = 0,
       sql_safe_updates = 0, sql_big_selects = 1, sql_select_limit = 18446744073709551615,
       innodb_lock_wait_timeout = ${waitSeconds}, lock_wait_timeout = ${waitSeconds}, ${limits}`,
    ...(isClustered ? ['set session wsrep_sync_wait = 1'] : []),
  ];
}
