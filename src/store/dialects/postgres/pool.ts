// The pool of connections for everything but steps: knex with our session settings. A connection that may be broken is
// never given out again, also when nobody was told that it is (a query that timed out on our side).
import knex, { type Knex } from 'knex';
import ClientPostgres, { type PooledConnection } from 'knex/lib/dialects/postgres/index.js';
import type { Client, ClientConfig } from 'pg';
import { acquired } from '../acquired.ts';
import { connectAt, type Target } from '../connecting.ts';
import { postgresOutcome } from '../db-errors.ts';
import {
  clientConfig,
  connectFailure,
  endClient,
  makeClient,
  prepareSession,
  requireReplicated,
  type SessionOptions,
} from './session.ts';

export interface PoolOptions extends SessionOptions {
  readonly poolMax: number;
}

/** Of those that we support. */
const OLDEST_VERSION = '12';

export function openPool(options: PoolOptions): Knex {
  return knex({
    client: clientClass(options),
    // Given to each connection below.
    connection: {},
    // Given, so that knex does not ask for it; it tells by it what can do JSON.
    version: OLDEST_VERSION,
    pool: { min: 0, max: options.poolMax },
    acquireConnectionTimeout: options.timeoutMs,
    // knex would print what it throws as well, and write the values of a statement into the message of its failure.
    log: { warn: () => {} },
    compileSqlOnError: false,
  });
}

function clientClass(options: SessionOptions): typeof Knex.Client {
  /** What knex makes its connections with, by `new`. */
  function OwnClient(config: ClientConfig): Client {
    return makeClient(config, options);
  }

  /** Whether each is to the server that is kept. */
  const keptChecks = new WeakMap<PooledConnection, () => boolean>();

  class PostgresClient extends ClientPostgres {
    /** Ours: knex might find another one beside it, or none. */
    override _driver(): unknown {
      return { Client: OwnClient };
    }

    override acquireConnection(): Promise<PooledConnection> {
      return acquired(super.acquireConnection(), options.timeoutMs);
    }

    override async acquireRawConnection(): Promise<PooledConnection> {
      const { connection, isKept } = await connectAt(options, {
        connect: (target) => this.#connectTo(target),
        cut: ({ connection: { stream } }) => stream.destroy(),
      });
      keptChecks.set(connection, isKept);
      return connection;
    }

    async #connectTo(target: Target): Promise<PooledConnection> {
      let connection: PooledConnection | null = null;
      try {
        // Read before the next turn, so two connections that are made at once do not mix.
        this.connectionSettings = clientConfig(options, target, 'aftercommit');
        connection = await super.acquireRawConnection();
        await prepareSession(connection, target, options);
        return connection;
      } catch (error) {
        connection?.connection.stream.destroy();
        throw connectFailure(error);
      }
    }

    override validateConnection(connection: PooledConnection): boolean {
      return keptChecks.get(connection)?.() !== false && super.validateConnection(connection);
    }

    override destroyRawConnection(connection: PooledConnection): Promise<void> {
      return endClient(connection);
    }

    override async _query(connection: PooledConnection, query: unknown): Promise<unknown> {
      try {
        const answered = await super._query(connection, query);
        requireReplicated(connection);
        return answered;
      } catch (error) {
        const outcome = postgresOutcome(error);
        if (outcome === 'unknown' || outcome === 'not-run') {
          connection.__knex__disposed ??= error;
          connection.connection.stream.destroy();
        }
        throw error;
      }
    }
  }
  return PostgresClient as unknown as typeof Knex.Client;
}
