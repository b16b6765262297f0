// One connection that takes the steps of one stream. It is made once and is over when it is lost: whoever uses it makes
// a new one. A packet holds several statements, of which the server runs as many as come before the first failure. Not
// so on a node of a Galera cluster: there a transaction that another node's stands in the way of is rolled back between
// two statements without a failure, and a COMMIT in the same packet is answered as if it had been done. So each
// statement goes alone, and is answered for itself.
import type { Connection, ConnectionOptions, QueryError, ResultSetHeader } from 'mysql2';
import { within } from '../answer-limit.ts';
import { connectAt, type Target } from '../connecting.ts';
import { isMysqlAnswer, mysqlCommitOutcome, mysqlOutcome } from '../db-errors.ts';
import { KnownOutcome } from '../known-outcome.ts';
import { PACKET_OVERHEAD_BYTES } from './packets.ts';
import {
  answerMsMax,
  connectionOptions,
  cut,
  endConnection,
  makeConnection,
  prepareSession,
  type SessionOptions,
} from './session.ts';
import { ROLLBACK } from './step-sql.ts';

/** What one statement gave: its rows as arrays, or what it changed. */
export type Answer = readonly (readonly string[])[] | ResultSetHeader;

/** As much as fits into one frame of the protocol; a flush of the greatest size takes half of it. */
const PACKET_BYTES_MAX = 16_000_000;

export class StepConnection {
  readonly #connection: Connection;
  readonly #limit: Parameters<typeof within>[0];
  #isKept = () => true;
  #packetBytesMax: number;
  #isClustered = false;
  #isLost = false;

  private constructor(settings: ConnectionOptions, options: SessionOptions) {
    const own: ConnectionOptions = {
      ...settings,
      multipleStatements: true,
      rowsAsArray: true,
      // Packets are complete: a `?` in the data of an event is no place for a value.
      queryFormat: (sql) => sql,
    };
    this.#connection = makeConnection(own, options);
    this.#limit = { ms: answerMsMax(options), givenUp: options.givenUp };
    this.#packetBytesMax = options.packetBytesMax ?? PACKET_BYTES_MAX;
    // Without a listener the loss of an idle connection would end the process.
    this.#connection.on('error', () => {
      this.#isLost = true;
    });
    this.#connection.on('end', () => {
      this.#isLost = true;
    });
  }

  static async connect(options: SessionOptions): Promise<StepConnection> {
    const { connection, isKept } = await connectAt(options, {
      connect: (target) => StepConnection.#connectTo(target, options),
      cut: (made) => made.cut(),
    });
    connection.#isKept = isKept;
    return connection;
  }

  static async #connectTo(target: Target, options: SessionOptions): Promise<StepConnection> {
    const made = new StepConnection(connectionOptions(options, target), options);
    try {
      const connected = new Promise<void>((resolve, reject) => {
        made.#connection.connect((error) => (error === null ? resolve() : reject(error)));
      });
      await within({ ms: 0, givenUp: options.givenUp }, connected);
      const server = await prepareSession(made.#connection, target, options);
      const bytes = server.packetBytesMax - PACKET_OVERHEAD_BYTES;
      made.#packetBytesMax = Math.min(bytes, made.#packetBytesMax);
      made.#isClustered = server.isClustered;
      return made;
    } catch (error) {
      made.cut();
      throw new KnownOutcome('not-run', error);
    }
  }

  get packetBytesMax(): number {
    return this.#packetBytesMax;
  }

  /** True when it is gone, or to another server than everything is by now. */
  get isLost(): boolean {
    return this.#isLost || this.#connection.state !== 'authenticated' || !this.#isKept();
  }

  /** Sends statements that commit nothing, as one packet where that may be. */
  async send(statements: readonly string[]): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (const each of this.#packetsFor([statements])) {
      answers.push(...(await this.#send(each, false)));
    }
    return answers;
  }

  /** Sends the packets of a transaction, the last of which ends with its commit; gives all statements' answers. */
  async commit(packets: readonly (readonly string[])[]): Promise<Answer[]> {
    const answers: Answer[] = [];
    const all = this.#packetsFor(packets);
    for (const [place, statements] of all.entries()) {
      answers.push(...(await this.#send(statements, place === all.length - 1)));
    }
    return answers;
  }

  #packetsFor(packets: readonly (readonly string[])[]): readonly (readonly string[])[] {
    return this.#isClustered ? packets.flat().map((each) => [each]) : packets;
  }

  /** True when the session is without a transaction again, which also tells that the server is still there. */
  rollBack(): Promise<boolean> {
    return this.send([ROLLBACK]).then(
      () => true,
      () => false,
    );
  }

  cut(): void {
    this.#isLost = true;
    cut(this.#connection);
  }

  async end(): Promise<void> {
    await endConnection(this.#connection);
    this.#isLost = true;
  }

  async #send(statements: readonly string[], isCommitting: boolean): Promise<Answer[]> {
    let answered = 0;
    try {
      return await this.#query(statements, () => {
        answered += 1;
      });
    } catch (error) {
      // The whole packet, which would go into logs.
      delete (error as { sql?: string }).sql;
      // Of no use any more, also when that was its answer: as of a node of a cluster that has lost the others.
      if (!isMysqlAnswer(error) || mysqlOutcome(error) === 'unknown') this.cut();
      // An answer for a statement before the commit says that the commit was not reached; silence says nothing.
      const isBeforeCommit =
        !isCommitting || (isMysqlAnswer(error) && answered < statements.length - 1);
      if (isBeforeCommit) throw unlessUnknown(error);
      throw new KnownOutcome(mysqlCommitOutcome(error), error);
    }
  }

  #query(statements: readonly string[], onAnswer: () => void): Promise<Answer[]> {
    const answer = new Promise<Answer[]>((resolve, reject) => {
      const done = (error: QueryError | null, result: unknown) => {
        if (error !== null) return reject(error);
        resolve((statements.length === 1 ? [result] : result) as Answer[]);
      };
      const command = this.#connection.query(statements.join(';\n'), done);
      // Comes once for each statement, also for one without fields.
      command.on('fields', onAnswer);
    });
    return within(this.#limit, answer);
  }
}

/** `error`, said to be rolled back when its code says nothing certain. */
function unlessUnknown(error: unknown): unknown {
  return mysqlOutcome(error) === 'unknown' ? new KnownOutcome('rolled-back', error) : error;
}
