// Takes the steps of one stream, one at a time, on a connection of its own that is made when it is first needed and
// again after a loss. A step with drafts is one packet when the inbox is empty (lean), else two (full): the first locks
// the stream's row and looks at the inbox, the second moves, appends and commits.
import { systemClock } from '../../../base/clock.ts';
import { Mutex } from '../../../base/mutex.ts';
import type { Draft } from '../../../contract/event.ts';
import { compareIds, type EventId, idPlus } from '../../../contract/event-id.ts';
import { BATCH_BYTES_MAX } from '../../../contract/limits.ts';
import type { Appended, Moved } from '../../dialect.ts';
import { type KeyedAppended, type KeyedCall, type KnownKey, planKeyed } from '../../keyed.ts';
import { refusalOf, requireOpenStream } from '../../stream-state.ts';
import { tablesOf } from '../../tables.ts';
import { isMysqlNullColumn, mysqlOutcome } from '../db-errors.ts';
import { drainedAppend, type FullStep, NO_FENCE, STEP_ROWS_MAX } from '../drained-append.ts';
import { type KeyedStep, keyedAppend } from '../keyed-append.ts';
import { KnownOutcome } from '../known-outcome.ts';
import { requireSettledEpoch } from '../settled-epoch.ts';
import type { StreamSteps } from '../steppers.ts';
import { IDENTITY, identityIn } from './identity.ts';
import { Lookahead } from './lookahead.ts';
import { insertStatements, packetsOf } from './packets.ts';
import type { SessionOptions } from './session.ts';
import { type Answer, StepConnection } from './step-connection.ts';
import { COMMIT, draftRow, START, stepSql } from './step-sql.ts';
import type { Synced } from './synced.ts';

/** A connection not used for longer, in milliseconds, is tried first: no commit must find out that it went. */
const TRUSTED_MS = 500;

/** What the first packet of a step found, under the stream's row lock. */
interface Found {
  readonly base: EventId;
  /** The inbox rows to move, in their order. */
  readonly ids: readonly string[];
  readonly isDrained: boolean;
}

export interface StepperOptions {
  readonly stream: string;
  readonly synced: Synced;
  /** Begins an epoch where the database is another one than that of the newest. */
  readonly settle: () => Promise<void>;
}

export class Stepper implements StreamSteps {
  readonly #options: SessionOptions;
  readonly #stream: string;
  readonly #synced: Synced;
  readonly #settle: () => Promise<void>;
  readonly #sql: ReturnType<typeof stepSql>;
  readonly #turns = new Mutex();
  readonly #lookahead = new Lookahead();
  #connection: StepConnection | null = null;
  #usedAtMs = 0;
  #isInboxBusy = false;
  #isClosed = false;

  constructor(options: SessionOptions, { stream, synced, settle }: StepperOptions) {
    this.#options = options;
    this.#stream = stream;
    this.#synced = synced;
    this.#settle = settle;
    this.#sql = stepSql(stream);
  }

  async append(drafts: readonly Draft[]): Promise<Appended> {
    const rows = drafts.map(draftRow);
    const appended = await drainedAppend(
      { lean: () => this.#lean(rows), full: (fence) => this.#full(rows, fence) },
      rows.length > 0 && !this.#isInboxBusy,
    );
    this.#isInboxBusy = appended.moved > 0;
    return appended;
  }

  appendKeyed(calls: readonly KeyedCall[]): Promise<KeyedAppended> {
    return keyedAppend((fence) => this.#keyed(calls, fence));
  }

  /** A stream that is not open is left as it is, and counts as drained. */
  async move(): Promise<Moved> {
    const result = await this.#use(async (connection) => {
      if (!this.#isInboxBusy && (await this.#isEmpty(connection))) {
        return { moved: 0, isDrained: true };
      }
      const { stream, found } = await this.#look(connection, this.#sql.lockIfFree, NO_FENCE);
      if (stream?.status === 'open') {
        const { moved } = await this.#finish(connection, found, []);
        return { moved, isDrained: found.isDrained };
      }
      const [status] = await connection.commit([[this.#sql.status, COMMIT]]);
      const name = rowsOf(status)[0]?.[0];
      if (name === undefined) requireOpenStream(this.#stream, name);
      return { moved: 0, isDrained: name !== 'open' };
    });
    this.#isInboxBusy = result.moved > 0;
    return result;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turns.run(async () => {
      await this.#connection?.end();
      this.#connection = null;
    });
  }

  /** Null when the inbox is not empty: then no numbers were taken, and the insert without one was refused. */
  async #lean(rows: readonly string[]): Promise<EventId | null> {
    try {
      return await this.#use(async (connection) => {
        const { packetBytesMax } = connection;
        const statements = [
          START,
          this.#sql.takeNumbers(rows.length),
          ...insertStatements(this.#sql.appendHead, rows, packetBytesMax),
          COMMIT,
        ];
        const answers = await connection.commit(packetsOf(statements, packetBytesMax));
        const first = String(headerOf(answers[1]).insertId) as EventId;
        this.#synced.reach(tablesOf(this.#stream).queue, idPlus(first, rows.length - 1));
        return first;
      });
    } catch (error) {
      if (isMysqlNullColumn(error)) return null;
      throw error;
    }
  }

  #full(rows: readonly string[], fence: string): Promise<FullStep> {
    return this.#use(async (connection) => {
      const { stream, found } = await this.#look(connection, this.#sql.lock, fence);
      requireOpenStream(this.#stream, stream?.status);
      const { base, isDrained } = found;
      const finished = await this.#finish(connection, found, isDrained ? rows : []);
      return { base, isDrained, ...finished };
    });
  }

  #keyed(calls: readonly KeyedCall[], fence: string): Promise<KeyedStep> {
    return this.#use(async (connection) => {
      const sql = this.#sql;
      const looks = sql.knownKeys(calls);
      const { stream, found, more } = await this.#look(connection, sql.lock, fence, looks);
      const plan = planKeyed(calls, more.flatMap(rowsOf).map(toKnownKey));
      const refusal = refusalOf(this.#stream, stream?.status);
      if (refusal !== null || plan.fresh.length === 0) {
        await connection.commit([[sql.sync, COMMIT]]);
        return { plan, step: refusal };
      }
      const { base, isDrained } = found;
      const finished = await (isDrained
        ? this.#finish(connection, found, plan.drafts.map(draftRow), plan.fresh.map(sql.keyRow))
        : this.#finish(connection, found, []));
      return { plan, step: { base, isDrained, ...finished } };
    });
  }

  async #isEmpty(connection: StepConnection): Promise<boolean> {
    const [found] = await connection.send([this.#sql.probe]);
    return rowsOf(found).length === 0;
  }

  /** Begins the transaction, locks the stream's row, and only then looks at the inbox. */
  async #look(
    connection: StepConnection,
    lock: string,
    fence: string,
    looks: readonly string[] = [],
  ) {
    const rowsMax = this.#lookahead.rows(STEP_ROWS_MAX);
    const answers = await connection.send([START, lock, this.#sql.candidates(rowsMax), ...looks]);
    const [row] = rowsOf(answers[1]);
    const stream = row && { base: row[0] as EventId, status: row[1] as string };

    const seen = rowsOf(answers[2]);
    const count = this.#lookahead.fitting(
      seen.map(([, bytes]) => Number(bytes)),
      BATCH_BYTES_MAX,
    );
    const ids = seen.slice(0, count).map(([id]) => id as string);
    const isNothingLeft = count === seen.length && seen.length < rowsMax;
    const isDrained = isNothingLeft || isAtLeast(ids.at(-1), fence);
    const found: Found = { base: stream?.base ?? ('0' as EventId), ids, isDrained };
    return { stream, found, more: answers.slice(3) };
  }

  /** Moves, appends and commits; the fence is only asked for when something may be left behind. */
  async #finish(
    connection: StepConnection,
    { base, ids, isDrained }: Found,
    rows: readonly string[],
    keyRows: readonly string[] = [],
  ): Promise<{ moved: number; fence: string | null }> {
    if (ids.length === 0 && rows.length === 0) {
      await connection.commit([[COMMIT]]);
      return { moved: 0, fence: null };
    }
    const { packetBytesMax } = connection;
    const sql = this.#sql;
    const isMoving = ids.length > 0;
    const statements = [
      ...(isMoving
        ? [sql.move(base, ids), sql.numberBehindMoved(base, rows.length)]
        : [sql.number(base, rows.length)]),
      ...insertStatements(sql.appendHead, rows, packetBytesMax),
      ...insertStatements(sql.writeKeysHead, keyRows, packetBytesMax),
      ...(isMoving ? [sql.deleteMoved(ids)] : []),
      ...(isDrained ? [] : [sql.fence]),
      COMMIT,
    ];
    const answers = await connection.commit(packetsOf(statements, packetBytesMax));
    const moved = isMoving ? headerOf(answers[0]).affectedRows : 0;
    this.#synced.reach(tablesOf(this.#stream).queue, idPlus(base, moved + rows.length - 1));
    return {
      moved,
      fence: isDrained ? null : (rowsOf(answers.at(-2))[0]?.[0] ?? null),
    };
  }

  /** After a failure the session is brought back to a known state, or given up. */
  #use<T>(work: (connection: StepConnection) => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      const connection = await this.#connected();
      try {
        return await work(connection);
      } catch (error) {
        const outcome = mysqlOutcome(error);
        const isUsable = outcome === 'rolled-back' || outcome === 'refused';
        if (!isUsable || connection.isLost || !(await connection.rollBack())) connection.cut();
        throw error;
      } finally {
        this.#usedAtMs = systemClock.monotonicMs();
      }
    });
  }

  async #connected(): Promise<StepConnection> {
    if (this.#isClosed) throw new KnownOutcome('not-run', new Error('The database was closed.'));
    const idleMs = systemClock.monotonicMs() - this.#usedAtMs;
    if (this.#connection !== null && idleMs > TRUSTED_MS && !this.#connection.isLost) {
      if (!(await this.#connection.rollBack())) this.#connection.cut();
    }
    if (this.#connection === null || this.#connection.isLost) {
      const connection = await StepConnection.connect(this.#options);
      await this.#requireSettledEpoch(connection);
      this.#connection = connection;
    }
    return this.#connection;
  }

  async #requireSettledEpoch(connection: StepConnection): Promise<void> {
    const ask = async () => {
      const answers = await connection.send([...IDENTITY, this.#sql.knownIdentity]);
      const [variables, status, known] = answers.map(rowsOf);
      return {
        own: identityIn([...(variables ?? []), ...(status ?? [])]),
        hasStream: known?.[0] !== undefined,
        known: known?.[0]?.[0] ?? null,
      };
    };
    const settling = { ask, settle: this.#settle, outcomeOf: mysqlOutcome };
    await requireSettledEpoch(settling).catch((error) => {
      connection.cut();
      throw error;
    });
  }
}

function isAtLeast(id: string | undefined, fence: string): boolean {
  return id !== undefined && compareIds(id as EventId, fence as EventId) >= 0;
}

function rowsOf(answer: Answer | undefined): readonly (readonly string[])[] {
  return answer as readonly (readonly string[])[];
}

function toKnownKey([principal, key, hash, first]: readonly string[]): KnownKey {
  return { principal, key, hash, first } as KnownKey;
}

function headerOf(answer: Answer | undefined) {
  return answer as Exclude<Answer, readonly unknown[]>;
}
