// The pool of connections for everything but steps: knex with our session settings. A connection that may be broken is
// never given out again, also when nobody was told that it is (a query that timed out on our side).
import knex, { type Knex } from 'knex';
import ClientMysql2, {
  type PooledConnection,
  type PooledQuery,
} from 'knex/lib/dialects/mysql2/index.js';
import type { ConnectionOptions } from 'mysql2';
import { acquired } from '../acquired.ts';
import { within } from '../answer-limit.ts';
import { connectAt, type Target } from '../connecting.ts';
import { mysqlCommitOutcome, mysqlOutcome } from '../db-errors.ts';
import { KnownOutcome } from '../known-outcome.ts';
import {
  answerMsMax,
  connectionOptions,
  cut,
  endConnection,
  makeConnection,
  prepareSession,
  type SessionOptions,
} from './session.ts';

export interface PoolOptions extends SessionOptions {
  readonly poolMax: number;
}

export function openPool(options: PoolOptions): Knex {
  return knex({
    client: clientClass(options),
    // Given to each connection below.
    connection: {},
    // Given, so that knex does not ask for it.
    version: 'latest',
    // On MySQL the server cuts what is idle for `timeoutMs`: whoever just then takes it up would meet a dead line.
    pool: { min: 0, max: options.poolMax, idleTimeoutMillis: options.timeoutMs / 2 },
    acquireConnectionTimeout: options.timeoutMs,
    // Messages of errors would hold the data of events.
    compileSqlOnError: false,
    // knex would print what it throws as well.
    log: { warn: () => {} },
  });
}

function clientClass(options: SessionOptions): typeof Knex.Client {
  const { givenUp } = options;
  const limit = { ms: answerMsMax(options), givenUp };
  const createConnection = (settings: ConnectionOptions) => makeConnection(settings, options);

  /** Whether each is to the server that is kept. */
  const keptChecks = new WeakMap<PooledConnection, () => boolean>();

  class MysqlClient extends ClientMysql2 {
    /** Ours: knex might find another one beside it, or none. */
    override _driver(): unknown {
      return { createConnection };
    }

    override acquireConnection(): Promise<PooledConnection> {
      return acquired(super.acquireConnection(), options.timeoutMs);
    }

    override async acquireRawConnection(): Promise<PooledConnection> {
      const { connection, isKept } = await connectAt(options, {
        connect: (target) => this.#connectTo(target),
        cut,
      });
      keptChecks.set(connection, isKept);
      return connection;
    }

    override validateConnection(connection: PooledConnection): boolean {
      return keptChecks.get(connection)?.() !== false && super.validateConnection(connection);
    }

    async #connectTo(target: Target): Promise<PooledConnection> {
      let connection: PooledConnection | null = null;
      try {
        // Read before the next turn, so two connections that are made at once do not mix.
        this.connectionSettings = connectionOptions(options, target);
        connection = await within({ ms: 0, givenUp }, super.acquireRawConnection());
        await prepareSession(connection, target, options);
        return connection;
      } catch (error) {
        if (connection !== null) cut(connection);
        throw new KnownOutcome('not-run', error);
      }
    }

    /** knex leaves the socket open until the server hangs up. */
    override destroyRawConnection(connection: PooledConnection): Promise<void> {
      return endConnection(connection);
    }

    override async _query(connection: PooledConnection, query: PooledQuery): Promise<unknown> {
      try {
        return await within(limit, super._query(connection, query));
      } catch (error) {
        // The whole statement with all its values, which would go into logs.
        delete (error as { sql?: string }).sql;
        const isCommit = /^commit\b/i.test(query.sql);
        const outcome = isCommit ? mysqlCommitOutcome(error) : mysqlOutcome(error);
        if (outcome === 'unknown' || outcome === 'not-run') connection.__knex__disposed ??= error;
        if (outcome !== 'unknown') throw error;
        cut(connection);
        // Only a commit, or a write outside of a transaction, may have been done.
        const isHarmless =
          connection.__knexTxId === undefined ? /^select\b/i.test(query.sql) : !isCommit;
        throw new KnownOutcome(isHarmless ? 'rolled-back' : 'unknown', error);
      }
    }
  }
  return MysqlClient as unknown as typeof Knex.Client;
}
