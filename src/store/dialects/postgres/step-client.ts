// One connection that takes the steps of one stream. It is made once and is over when it is lost: whoever uses it makes
// a new one. Statements are prepared by name.
import pg from 'pg';
import {
  clientConfig,
  connectFailure,
  endClient,
  type SessionOptions,
  sessionSettings,
} from './session.ts';

export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** The first row of a statement's result. */
export type FirstRow = <Row>(
  statement: Statement,
  values: readonly unknown[],
) => Promise<Row | undefined>;

export class StepClient {
  readonly #client: pg.Client;
  #isLost = false;

  private constructor(client: pg.Client) {
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
    const client = new pg.Client(clientConfig(options, `aftercommit step ${stream}`));
    const made = new StepClient(client);
    try {
      await client.connect();
      await client.query(sessionSettings(options));
      return made;
    } catch (error) {
      made.cut();
      throw connectFailure(error);
    }
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  readonly first: FirstRow = async <Row>(statement: Statement, values: readonly unknown[]) => {
    const { name, text } = statement;
    const result = await this.#client.query({ name, text, values: [...values] });
    return result.rows[0] as Row | undefined;
  };

  /** Ends it without asking the server, which may not answer any more. */
  cut(): void {
    this.#isLost = true;
    this.#client.connection.stream.destroy();
  }

  end(): Promise<void> {
    return endClient(this.#client);
  }
}
