// An app whose account may not do what it has to, or may not come in at all: it says what, and in which database.
// Waiting does not mend that, so it is no `StoreUnavailable`.
import { createApp } from '../../../src/index.ts';
import {
  createDatabase,
  describeDatabase,
  serverKinds,
  type TestDatabase,
} from '../../support/databases.ts';
import { openSqlSession } from '../../support/sql-session.ts';
import { silent } from './embedded.ts';

/** An account that may read all there is, by its name and password; and how it goes. */
const READER = {
  postgres: (name: string) => ({
    make: [`create role ${name} login password 'p'`, `grant pg_read_all_data to ${name}`],
    drop: [`drop owned by ${name}`, `drop role ${name}`],
  }),
  mysql: (name: string, database: string) => ({
    make: [`create user ${name} identified by 'p'`, `grant select on ${database}.* to ${name}`],
    drop: [`drop user ${name}`],
  }),
};
const LACKS = { postgres: /permission denied/, mysql: /command denied/ };
const WRONG = { postgres: /password authentication failed/, mysql: /Access denied for user/ };
const MISSING = { postgres: /does not exist/, mysql: /Unknown database/ };

for (const kind of serverKinds) {
  describeDatabase(kind, 'an app whose account', () => {
    const name = `reader_${Math.random().toString(36).slice(2, 10)}`;
    let active: TestDatabase;
    let other: TestDatabase;
    let rights: { make: string[]; drop: string[] };
    const run = async (statements: readonly string[]) => {
      const sql = await openSqlSession(kind, active.url);
      for (const statement of statements) await sql.run(statement);
      await sql.close();
    };
    beforeAll(async () => {
      active = await createDatabase(kind);
      other = await createDatabase(kind);
      rights = READER[kind](name, new URL(active.url).pathname.slice(1));
      await run(rights.make);
      const app = createApp({ database: active.url, logger: silent });
      await app.start();
      await app.stop();
    });
    afterAll(async () => {
      await run(rights.drop);
      await Promise.all([active.drop(), other.drop()]);
    });
    const as = (url: string, parts: object) => Object.assign(new URL(url), parts).href;
    const failureOf = async (options: object) => {
      const app = createApp({ database: active.url, logger: silent, ...options });
      const failure = await app.start().catch((error: Error & { code?: string }) => error);
      await app.stop();
      return failure as Error & { code?: string };
    };
    const reader = { username: name, password: 'p' };

    it('may only read, when the tables are there', async () => {
      const database = as(active.url, reader);
      const archived = await failureOf({ database, archiver: true, warehouse: other.url });
      expect(archived.message).toMatch(/^The active database cannot be opened: /);
      expect(archived.message).toMatch(LACKS[kind]);
      expect(archived.code).toBeUndefined();
      // PostgreSQL lets it in, and what it may not do is told as it comes.
      if (kind === 'postgres') return;
      const plain = await failureOf({ database });
      expect(plain.message).toMatch(/^The active database cannot be opened: .*command denied/);
      expect(plain.code).toBeUndefined();
    });

    it('may make no table', async () => {
      const warehouse = as(active.url, reader);
      const failure = await failureOf({ archiver: true, warehouse });
      expect(failure.message).toMatch(/^The warehouse database cannot be opened: /);
      expect(failure.message).toMatch(LACKS[kind]);
      expect(failure.code).toBeUndefined();
    });

    it.each([
      ['has another password', { ...reader, password: 'q' }, WRONG],
      ['is sent to a database that is not there', { pathname: '/nowhere' }, MISSING],
    ])('%s', async (_, parts, says) => {
      for (const [option, which] of [
        ['database', 'active'],
        ['warehouse', 'warehouse'],
      ] as const) {
        const failure = await failureOf({ archiver: true, [option]: as(active.url, parts) });
        expect(failure.message).toMatch(new RegExp(`^The ${which} database cannot be opened: `));
        expect(failure.message).toMatch(says[kind]);
        expect(failure.code).toBeUndefined();
      }
    });
  });
}
