// Takes the steps of one stream, one at a time, on a connection of its own that is made when it is first needed and
// again after a loss. Any failure but a plain rollback ends the connection too: a fresh one has no broken statement
// and no server that has turned read-only.
import { Mutex } from '../../../base/mutex.ts';
import type { Draft } from '../../../contract/event.ts';
import type { EventId } from '../../../contract/event-id.ts';
import type { Appended, Moved } from '../../dialect.ts';
import { type KeyedAppended, type KeyedCall, type KnownKey, planKeyed } from '../../keyed.ts';
import { refusalOf, requireOpenStream } from '../../stream-state.ts';
import { tablesOf } from '../../tables.ts';
import { postgresOutcome } from '../db-errors.ts';
import { drainedAppend, type FullStep } from '../drained-append.ts';
import { type KeyedStep, keyedAppend } from '../keyed-append.ts';
import { KnownOutcome } from '../known-outcome.ts';
import { type Identities, requireSettledEpoch } from '../settled-epoch.ts';
import type { StreamSteps } from '../steppers.ts';
import { InboxFloor } from './inbox-floor.ts';
import type { SessionOptions } from './session.ts';
import { IDENTITIES } from './statements.ts';
import { type Statement, StepClient } from './step-client.ts';
import { type StepStatements, stepStatements } from './step-sql.ts';
import { JSON_TEXT, TEXT, textArray } from './text-array.ts';

interface MovedRow {
  readonly moved: string;
  readonly drained: boolean;
}

interface FullRow extends MovedRow {
  readonly base: EventId;
  readonly fence: string | null;
}

/** What a step works with; both belong to one connection and go with it. */
interface Session {
  readonly client: StepClient;
  readonly floor: InboxFloor;
}

export class Stepper implements StreamSteps {
  readonly #options: SessionOptions;
  readonly #stream: string;
  readonly #settle: () => Promise<void>;
  readonly #statements: StepStatements;
  readonly #turns = new Mutex();
  #session: Session | null = null;
  #isInboxBusy = false;
  #isClosed = false;

  /** `settle` begins an epoch where the database is another one than that of the newest. */
  constructor(options: SessionOptions, stream: string, settle: () => Promise<void>) {
    this.#options = options;
    this.#stream = stream;
    this.#settle = settle;
    this.#statements = stepStatements(stream);
  }

  async append(drafts: readonly Draft[]): Promise<Appended> {
    const arrays = draftArrays(drafts);
    const appended = await drainedAppend(
      { lean: () => this.#lean(arrays), full: (fence) => this.#full(arrays, fence) },
      drafts.length > 0 && !this.#isInboxBusy,
    );
    this.#isInboxBusy = appended.moved > 0;
    return appended;
  }

  appendKeyed(calls: readonly KeyedCall[]): Promise<KeyedAppended> {
    return keyedAppend((fence) => this.#keyed(calls, fence));
  }

  /** A stream that is not open is left as it is, and counts as drained. */
  async move(): Promise<Moved> {
    const row = await this.#step<MovedRow>(this.#statements.inboxOnly, []);
    if (row === null) {
      const status = await this.#status();
      if (status === undefined) requireOpenStream(this.#stream, status);
      return { moved: 0, isDrained: status !== 'open' };
    }
    return { moved: this.#countMoved(row), isDrained: row.drained };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turns.run(async () => {
      await this.#session?.client.end();
      this.#session = null;
    });
  }

  async #lean(arrays: readonly Buffer[]): Promise<EventId | null> {
    const row = await this.#step<{ base: EventId }>(this.#statements.lean, arrays);
    return row?.base ?? null;
  }

  async #full(arrays: readonly Buffer[], fence: string): Promise<FullStep | null> {
    const row = await this.#step<FullRow>(this.#statements.full, [...arrays, fence]);
    if (row === null) {
      requireOpenStream(this.#stream, await this.#status());
      return null;
    }
    return this.#fullStep(row);
  }

  #fullStep(row: FullRow): FullStep {
    const { base, drained: isDrained, fence } = row;
    return { base, moved: this.#countMoved(row), isDrained, fence };
  }

  async #keyed(calls: readonly KeyedCall[], fence: string): Promise<KeyedStep> {
    const { lock, knownKeys, keyed } = this.#statements;
    return this.#use(({ client, floor }) =>
      client.transaction(async () => {
        const stream = await client.first<{ status: string }>(lock, [this.#stream]);
        const names = [calls.map((call) => call.principal), calls.map((call) => call.key)];
        const known = await client.all<KnownKey>(knownKeys, [this.#stream, ...names]);
        const plan = planKeyed(calls, known);
        const refusal = refusalOf(this.#stream, stream?.status);
        if (refusal !== null || plan.fresh.length === 0) return { plan, step: refusal };
        const row = await client.first<FullRow>(keyed, [
          this.#stream,
          floor.take(),
          ...draftArrays(plan.drafts),
          fence,
          plan.fresh.map((call) => call.principal),
          plan.fresh.map((call) => call.key),
          plan.fresh.map((call) => call.hash),
          plan.fresh.map((call) => call.from),
          plan.fresh.map((call) => call.to),
        ]);
        return { plan, step: this.#fullStep(row as FullRow) };
      }),
    );
  }

  #step<Row>(statement: Statement, values: readonly unknown[]): Promise<Row | null> {
    return this.#use(async ({ client, floor }) => {
      const row = await client.first<Row>(statement, [this.#stream, floor.take(), ...values]);
      return row ?? null;
    });
  }

  /** Tells a step without a row why: the stream is gone, or not open, or its row was locked. */
  async #status(): Promise<string | undefined> {
    const row = await this.#use(({ client }) =>
      client.first<{ status: string }>(this.#statements.status, [this.#stream]),
    );
    return row?.status;
  }

  #countMoved(row: MovedRow): number {
    const moved = Number(row.moved);
    if (this.#session?.floor.isDueAfter(moved) === true) {
      // Nobody waits for it; when it fails, the floor stays where it is.
      this.#use(raiseFloor).catch(() => {});
    }
    return moved;
  }

  #use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      const session = await this.#connected();
      try {
        return await work(session);
      } catch (error) {
        if (postgresOutcome(error) !== 'rolled-back') session.client.cut();
        throw error;
      }
    });
  }

  async #connected(): Promise<Session> {
    if (this.#isClosed) throw new KnownOutcome('not-run', new Error('The database was closed.'));
    if (this.#session === null || this.#session.client.isLost) {
      const client = await StepClient.connect(this.#options, this.#stream);
      await this.#requireSettledEpoch(client);
      this.#session = { client, floor: new InboxFloor(tablesOf(this.#stream).inbox) };
    }
    return this.#session;
  }

  async #requireSettledEpoch(client: StepClient): Promise<void> {
    const ask = async () => {
      const row = await client.first<Identities>(IDENTITIES, [this.#stream]).catch(orNone);
      return row ?? NONE;
    };
    const settling = { ask, settle: this.#settle, outcomeOf: postgresOutcome };
    await requireSettledEpoch(settling).catch((error) => {
      client.cut();
      throw error;
    });
  }
}

const NONE: Identities = { hasStream: true, own: null, known: null };

/** The account may not ask, or a server of another make does not answer. */
function orNone(error: unknown): Identities {
  if (postgresOutcome(error) !== 'refused') throw error;
  return NONE;
}

/** Types and data, as the statements take them. */
function draftArrays(drafts: readonly Draft[]): Buffer[] {
  return [
    textArray(
      drafts.map((draft) => draft.type),
      TEXT,
    ),
    textArray(
      drafts.map((draft) => draft.data),
      JSON_TEXT,
    ),
  ];
}

/** Lacking a privilege is no reason to give the connection up. */
async function raiseFloor({ client, floor }: Session): Promise<void> {
  try {
    await floor.raise(client.first);
  } catch (error) {
    if (postgresOutcome(error) !== 'refused') throw error;
  }
}
