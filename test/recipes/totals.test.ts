// examples/recipes/totals.mjs: the totals are those of the events, whatever was killed, also when they are made again
// from events that only the warehouse has.
import type { Knex } from 'knex';
import { type Client, createClient } from '../../src/client/index.ts';
import { applicationKnex } from '../support/application-knex.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { openRandom } from '../support/random.ts';
import { until } from '../support/until.ts';
import { killPrograms, pause, startProgram } from './programs.ts';

const KILLS = 4;

describeDrawnDatabase('totals by customer', (kind) => {
  const databases: TestDatabase[] = [];
  const [active, warehouse, own] = [0, 1, 2] as const;
  let node: NodeProcess;
  let client: Client;
  let db: Knex;
  const random = openRandom();
  const paid: Record<string, number> = {};
  const urlOf = (nth: number) => databases[nth]!.url;
  const start = (name: string, ...more: string[]) =>
    startProgram('totals', [node.url, urlOf(own), name, ...more]);
  const totals = async (name: string) => {
    const rows = (await db.schema.hasTable(name)) ? await db(name) : [];
    return Object.fromEntries(rows.map(({ customer, cents }) => [customer, Number(cents)]));
  };
  const isComplete = (name: string) =>
    until(async () => JSON.stringify(sorted(await totals(name))) === JSON.stringify(sorted(paid)));
  const pay = async (count: number) => {
    const events = Array.from({ length: count }, () => {
      const data = { customer: `c${random.below(5)}`, cents: random.below(1000) };
      paid[data.customer] = (paid[data.customer] ?? 0) + data.cents;
      return { type: 'ORDER_PAID', data };
    });
    await client.addEvents([...events, { type: 'ORDER_SEEN' }]);
  };

  beforeEach(async () => {
    for (const customer of Object.keys(paid)) delete paid[customer];
    databases.push(...(await Promise.all([0, 1, 2].map(() => createDatabase(kind)))));
    const settings = { warehouseUrl: urlOf(warehouse), workerPeriodMs: 20, batchMax: 20 };
    const command = ['serve', '--archiver', '--discarder'];
    node = await startNode({ databaseUrl: urlOf(active), ...settings }, command);
    client = createClient({ url: node.url });
    db = applicationKnex(kind, urlOf(own));
  });
  afterEach(async () => {
    await killPrograms();
    await node.end('SIGTERM');
    await db.destroy();
    await Promise.all(databases.splice(0).map((database) => database.drop()));
  });

  it('counts each event once, though it is killed, and again under a new name', async () => {
    let program = start('totals');
    for (let round = 0; round < KILLS; round += 1) {
      const killing = pause(random.below(400)).then(() => program.kill());
      for (let nth = 0; nth < 10; nth += 1) await pay(50);
      await killing;
      program = start('totals');
    }
    await isComplete('totals');

    // Of 2,040 events none is left in the active database.
    await until(async () => {
      const { last, discarded_up_to } = await client.streamInfo();
      return discarded_up_to === last;
    });
    for (let round = 0; round < KILLS; round += 1) {
      const rebuilding = start('totals_2', urlOf(warehouse));
      await pause(random.below(1000));
      await rebuilding.kill();
    }
    const rebuilt = start('totals_2', urlOf(warehouse));
    await isComplete('totals_2');
    await pay(20);
    await isComplete('totals_2');
    await isComplete('totals');
    expect(await rebuilt.stop()).toBe(0);
    expect(await program.stop()).toBe(0);
  });

  it('refuses to begin in the middle when the events before are gone', async () => {
    const program = start('totals');
    await pay(10);
    await isComplete('totals');
    await until(async () => (await client.streamInfo()).discarded_up_to === '11');
    const other = start('totals_2');
    await until(async () =>
      (await client.listConsumers()).some(({ component }) => component === 'totals_2'),
    );
    await pay(1);
    expect(await other.exited).toBe(1);
    expect(other.lines).toEqual(['CursorBehind']);
    expect(await totals('totals_2')).toEqual({});
    await program.stop();
  });
});

const sorted = (values: Record<string, number>) =>
  Object.entries(values).sort(([a], [b]) => a.localeCompare(b));
