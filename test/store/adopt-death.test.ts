// A process that adopts a database dies, behind one of its statements after the other: the next one brings it to its
// end. Every fourth of them, from one on that is drawn by SEED; DEATHS=all tries each.
import ClientMysql2 from 'knex/lib/dialects/mysql2/index.js';
import ClientPostgres from 'knex/lib/dialects/postgres/index.js';
import { ARCHIVER } from '../../src/contract/consumer.ts';
import { Store } from '../../src/store/store.ts';
import { Warehouse } from '../../src/store/warehouse.ts';
import { createDatabase, describeDrawnServer } from '../support/databases.ts';
import { id, readAll } from '../support/events.ts';
import {
  addFutoinConsumers,
  addFutoinEvents,
  FUTOIN_TABLES,
  makeFutoinActive,
  makeFutoinHistory,
  namesOfAll,
} from '../support/futoin-database.ts';
import { openRandom } from '../support/random.ts';
import { openSqlSession } from '../support/sql-session.ts';

const NAMES = new Map([
  ['1:A', 'shop:A'],
  ['-internal:ARCHIVER', ARCHIVER],
]);

/** A process that dies behind its nth statement: from then on nothing of it reaches the database. */
function dieBehind(kind: 'postgres' | 'mysql', count: number): { undo(): boolean } {
  const client = kind === 'mysql' ? ClientMysql2 : ClientPostgres;
  const prototype = client.prototype as unknown as { _query(...args: unknown[]): Promise<unknown> };
  const query = prototype._query;
  let left = count;
  prototype._query = async function (...args) {
    left -= 1;
    if (left < 0) throw new Error('died');
    return query.apply(this, args);
  };
  return {
    undo: () => {
      prototype._query = query;
      return left < 0;
    },
  };
}

const areAll = process.env.DEATHS === 'all';
const STRIDE = areAll ? 1 : 4;
/** More statements than these are behind each other. */
const STATEMENTS_MIN = 30;

describeDrawnServer('a death behind any statement of an adoption', (kind) => {
  it('is mended by the next one', async () => {
    const outcomes: unknown[] = [];
    const random = openRandom();
    console.info(`deaths of an adoption on ${kind}: SEED=${random.seed}`);
    for (let count = random.below(STRIDE), hasDied = true; hasDied; count += STRIDE) {
      const database = await createDatabase(kind);
      const options = { database: database.url, poolMax: 4, timeoutMs: 10_000 };
      const sql = await openSqlSession(kind, database.url);
      await makeFutoinActive(sql, kind);
      await makeFutoinHistory(sql, kind);
      await addFutoinEvents(sql, kind, 8);
      await sql.run('delete from evt_queue where id in (1, 5, 8)');
      await addFutoinConsumers(sql, kind, { '1:A': 0, '-internal:ARCHIVER': 3 });
      const run = async () => {
        const warehouse = await Warehouse.open(options);
        const store = await Store.open(options);
        try {
          const { newest } = await warehouse.adopt('evt_history');
          await store.adopt({ tables: FUTOIN_TABLES, names: NAMES, archivedUpTo: newest });
        } finally {
          await warehouse.close().catch(() => {});
          await store.close().catch(() => {});
        }
      };
      const death = dieBehind(kind, count);
      await run().catch(() => {});
      hasDied = death.undo();
      if (hasDied) {
        const message = (error: Error) => error.message;
        const plain = await Store.open(options);
        const refused = await plain.migrate(['main']).then(() => null, message);
        await plain.close();
        const failed = await run().then(() => null, message);
        // Whoever does not adopt is let in only when it died behind its very last statement.
        if (refused === null) expect(failed).toMatch(/has adopted this database/);
        else expect([refused, failed]).toEqual([expect.stringContaining('migrate --adopt'), null]);
      }
      const store = await Store.open(options);
      await store.migrate(['main']);
      outcomes.push({
        state: await store.streamState('main'),
        consumers: (await store.listConsumers('main')).map(({ ident, cursor }) => [ident, cursor]),
        rows: (await readAll(store, id(1))).map((row) => row.slice(0, 3)),
        tables: (await sql.run(namesOfAll[kind])).map((row) => row.name),
      });
      expect(outcomes.at(-1)).toEqual(outcomes[0]);
      await store.close();
      await sql.close();
      await database.drop();
    }
    expect(outcomes.length).toBeGreaterThan(STATEMENTS_MIN / STRIDE);
    expect(outcomes[0]).toMatchObject({
      state: { newest: '8', discardedUpTo: '1', gapsUpTo: '8', isArchiveRequired: true },
      consumers: [
        [ARCHIVER, '1'],
        ['shop:A', '1'],
      ],
    });
  }, 300_000);
});
