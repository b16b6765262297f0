// One connection that takes the steps of one stream. It is made once and is over when it is lost: whoever uses it makes
// a new one. Statements are prepared by name.
import type { Client } from 'pg';
import { connectAt, type Target } from '../connecting.ts';
import { postgresOutcome } from '../db-errors.ts';
import { KnownOutcome } from '../known-outcome.ts';
import {
  clientConfig,
  connectFailure,
  endClient,
  makeClient,
  prepareSession,
  requireReplicated,
  type SessionOptions,
} from './session.ts';

export interface Statement {
  readonly name: string;
  readonly text: string;
}

const BEGIN: Statement = { name: 'evt_begin', text: 'begin' };
const COMMIT: Statement = { name: 'evt_commit', text: 'commit' };
const ROLLBACK: Statement = { name: 'evt_rollback', text: 'rollback' };

/** The first row of a statement's result. */
export type FirstRow = <Row>(
  statement: Statement,
  values: readonly unknown[],
) => Promise<Row | undefined>;

export class StepClient {
  readonly #client: Client;
  #isKept = () => true;
  #isLost = false;

  private constructor(client: Client) {
    this.#client = client;
    // Without a listener the loss of an idle connection would end the process.
    client.on('error', () => {
      this.#isLost = true;
    });
    client.on('end', () => {
      this.#isLost = true;
    });
  }

  static async connect(options: SessionOptions, stream: string): Promise<StepClient> {
    const { connection, isKept } = await connectAt(options, {
      connect: (target) => StepClient.#connectTo(target, options, stream),
      cut: (client) => client.cut(),
    });
    connection.#isKept = isKept;
    return connection;
  }

  static async #connectTo(
    target: Target,
    options: SessionOptions,
    stream: string,
  ): Promise<StepClient> {
    const config = clientConfig(options, target, `aftercommit step ${stream}`);
    const client = makeClient(config, options);
    const made = new StepClient(client);
    try {
      await client.connect();
      await prepareSession(client, target, options);
      return made;
    } catch (error) {
      made.cut();
      throw connectFailure(error);
    }
  }

  /** True when it is gone, or to another server than everything is by now. */
  get isLost(): boolean {
    return this.#isLost || !this.#isKept();
  }

  readonly first: FirstRow = async <Row>(statement: Statement, values: readonly unknown[]) => {
    const [row] = await this.all<Row>(statement, values);
    return row;
  };

  async all<Row>({ name, text }: Statement, values: readonly unknown[]): Promise<Row[]> {
    const result = await this.#client.query({ name, text, values: [...values] });
    requireReplicated(this.#client);
    return result.rows;
  }

  /** Runs `work` between BEGIN and COMMIT. What fails before the COMMIT is sent has changed nothing for certain. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    let result: T;
    try {
      await this.first(BEGIN, []);
      result = await work();
    } catch (error) {
      const outcome = postgresOutcome(error);
      if (outcome !== 'rolled-back') this.cut();
      else await this.first(ROLLBACK, []).catch(() => this.cut());
      throw outcome === 'unknown' ? new KnownOutcome('rolled-back', error) : error;
    }
    await this.first(COMMIT, []);
    return result;
  }

  /** Ends it without asking the server, which may not answer any more. */
  cut(): void {
    this.#isLost = true;
    this.#client.connection.stream.destroy();
  }

  end(): Promise<void> {
    return endClient(this.#client);
  }
}
