// A consumer's own database with a table for its effects: one row for each, in the order in which they came.
import { type ExactlyOnce, exactlyOnce } from '../../../src/client/exactly-once/index.ts';
import { createDatabase, type DatabaseKind, type TestDatabase } from '../../support/databases.ts';
import { openSqlSession, type SqlSession } from '../../support/sql-session.ts';
import type { Handle, HandleKind } from './handles.ts';

export interface Batch {
  readonly events: readonly { id: string; type: string; data: unknown; ts: string }[];
  readonly after: string;
  readonly upTo: string;
  readonly epoch: number;
}

export type Kit = ExactlyOnce<unknown>;

const EFFECTS: Readonly<Record<DatabaseKind, string>> = {
  sqlite: 'integer primary key autoincrement',
  postgres: 'bigserial primary key',
  mysql: 'bigint auto_increment primary key',
};

/** All events with `after < id <= upTo`, but those that are not wanted. */
export function batchOf(after: bigint | number, upTo: bigint | number, epoch = 1): Batch {
  const events = [];
  for (let id = BigInt(after) + 1n; id <= BigInt(upTo); id += 1n) {
    if (isWanted(id)) events.push(eventOf(id));
  }
  return { events, after: String(after), upTo: String(upTo), epoch };
}

/** Every seventh is of another type. */
function isWanted(id: bigint): boolean {
  return id % 7n !== 0n;
}

/** The ids of a batch, as its effects are found. */
export function idsOf(batch: Batch): string[] {
  return batch.events.map((event) => event.id);
}

function eventOf(id: bigint): Batch['events'][number] {
  return { id: String(id), type: 'PAID', data: { total: 1 }, ts: '2026-11-20T21:32:25.123Z' };
}

export class Scene {
  readonly kind: DatabaseKind;
  readonly session: SqlSession;
  readonly #database: TestDatabase;
  readonly #handleKind: HandleKind;
  readonly #handles: Handle[] = [];
  readonly #sessions: SqlSession[] = [];

  private constructor(
    kind: DatabaseKind,
    handleKind: HandleKind,
    database: TestDatabase,
    session: SqlSession,
  ) {
    this.kind = kind;
    this.#handleKind = handleKind;
    this.#database = database;
    this.session = session;
  }

  static async open(kind: DatabaseKind, handleKind: HandleKind): Promise<Scene> {
    const database = await createDatabase(kind);
    const session = await openSqlSession(kind, database.url);
    const scene = new Scene(kind, handleKind, database, session);
    await session.run(`create table effects (nth ${EFFECTS[kind]}, event_id varchar(18) not null)`);
    const handle = await scene.handle();
    await scene.kit(handle).migrate();
    return scene;
  }

  get url(): string {
    return this.#database.url;
  }

  async handle(url = this.url): Promise<Handle> {
    const handle = await this.#handleKind.open(url);
    this.#handles.push(handle);
    return handle;
  }

  /** One more plain session. */
  async another(): Promise<SqlSession> {
    const session = await openSqlSession(this.kind, this.url);
    this.#sessions.push(session);
    return session;
  }

  kit({ database }: Handle, consumer = 'billing'): Kit {
    return exactlyOnce({ database, consumer });
  }

  /** A kit's handler that writes a row for each event; `before` and `behind` may fail. */
  handlerOf(
    kit: Kit,
    handle: Handle,
    {
      before,
      behind,
    }: { before?: () => Promise<void>; behind?: (tx: unknown) => Promise<unknown> } = {},
  ): (batch: Batch) => Promise<void> {
    return kit.handler(async (tx, batch: Batch) => {
      await before?.();
      for (const { id } of batch.events) {
        await handle.run(tx, `insert into effects (event_id) values ('${id}')`);
      }
      await behind?.(tx);
    });
  }

  /** The ids in the order of their effects. */
  async effects(): Promise<string[]> {
    const rows = await this.session.run('select event_id from effects order by nth');
    return rows.map((row) => String(row.event_id));
  }

  /** What is stored for a consumer: cursor, epoch, token. */
  async stored(consumer = 'billing'): Promise<string[]> {
    const text = this.kind === 'mysql' ? 'char' : 'text';
    const [row] = await this.session.run(
      `select cast(last_id as ${text}) as a, cast(epoch as ${text}) as b, cast(token as ${text}) as c
         from evt_cursors where consumer = '${consumer}' and stream = 'main'`,
    );
    return [row?.a, row?.b, row?.c].map(String);
  }

  async close(): Promise<void> {
    for (const handle of this.#handles) await handle.close().catch(() => {});
    for (const session of [this.session, ...this.#sessions]) await session.close();
    await this.#database.drop();
  }
}
