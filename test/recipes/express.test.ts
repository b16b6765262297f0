// examples/recipes/express.mjs: an application that has the service inside is told of each order that was placed, and
// of no other, across a stop and a kill.
import { isDeepStrictEqual } from 'node:util';
import type { Knex } from 'knex';
import { createClient } from '../../src/client/index.ts';
import { applicationKnex } from '../support/application-knex.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { lastingPort } from '../support/free-port.ts';
import { until } from '../support/until.ts';
import { killPrograms, type Program, startProgram } from './programs.ts';

describeDrawnDatabase('a shop on Express', (kind) => {
  let stop: AbortController;
  let database: TestDatabase;
  let db: Knex;
  let url: string;
  beforeEach(async () => {
    stop = new AbortController();
    database = await createDatabase(kind);
    db = applicationKnex(kind, database.url);
    await db.schema.createTable('orders', (table) => {
      table.string('item', 100).notNullable();
      table.integer('cents').notNullable();
      table.unique(['item']);
    });
  });
  afterEach(async () => {
    stop.abort();
    await killPrograms();
    await db.destroy();
    await database.drop();
  });

  const start = async (): Promise<Program> => {
    const port = await lastingPort();
    const program = startProgram('express', [database.url, String(port)], { NODE_ENV: 'test' });
    url = await until(() => printed(program).find((line) => typeof line === 'string'));
    expect(url).toBe(`http://127.0.0.1:${port}`);
    return program;
  };
  /** The URL, and the orders; those from before may come first. */
  const printed = ({ lines }: Program) => lines.map((line) => JSON.parse(line));
  const placed = (program: Program) =>
    printed(program).flatMap((line) => (typeof line === 'string' ? [] : [line.item]));
  const order = async (item: string) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ item, cents: 1250 });
    return (await fetch(`${url}/orders`, { method: 'POST', headers, body })).status;
  };

  it('tells of each order that is committed, and stops while sockets are open', async () => {
    const program = await start();
    const live: string[] = [];
    let isReady = false;
    const troubles: unknown[] = [];
    const onReady = () => {
      isReady = true;
    };
    const reading = createClient({ url })
      .consumer({ onReady, onTrouble: (error) => troubles.push(error) })
      .run(({ events }) => live.push(...events.map(({ data }) => data.item)), stop);
    await until(() => isReady);
    expect(await order('Tea')).toBe(201);
    expect(await order('Tea')).toBe(500); // there is one already: rolled back
    expect(await order('Cup')).toBe(201);
    await until(() => placed(program).length === 2 && live.length === 2);
    expect(placed(program)).toEqual(['Tea', 'Cup']);
    expect(live).toEqual(['Tea', 'Cup']);

    expect(await program.stop()).toBe(0);
    await until(() => troubles.length > 0);
    stop.abort();
    await reading;
    const again = await start();
    expect(await order('Pot')).toBe(201);
    await until(() => placed(again).length === 1);
    expect(placed(again)).toEqual(['Pot']);
  });

  it('is told of what was committed before it was killed', async () => {
    const program = await start();
    const answers = ['Tea', 'Cup', 'Pot', 'Can'].map(order);
    expect(await answers[0]).toBe(201);
    await program.kill();
    await Promise.allSettled(answers);
    const again = await start();
    // The database may carry out a COMMIT of whom was killed later than that.
    const committed = await until(async () => {
      const orders = new Set((await db('orders')).map(({ item }) => item));
      const all = new Set([...placed(program), ...placed(again)]);
      return isDeepStrictEqual(all, orders) && orders;
    });
    expect(committed).toContain('Tea');
  });
});
