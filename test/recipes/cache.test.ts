// examples/recipes/cache.mjs: what a cache says is what is committed, as soon as it has heard of it, and while it
// cannot hear.
import type { Knex } from 'knex';
import type { Settings } from '../../src/config/load.ts';
import { addEvent } from '../../src/generator/index.ts';
import { applicationKnex } from '../support/application-knex.ts';
import {
  createDatabase,
  type DatabaseKind,
  describeDatabase,
  describeDrawnDatabase,
  type TestDatabase,
} from '../support/databases.ts';
import { lastingPort } from '../support/free-port.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { openCutPath } from '../support/tcp-path.ts';
import { until } from '../support/until.ts';
import { killPrograms, type Program, startProgram } from './programs.ts';

interface Answer {
  readonly price: number;
  readonly loads: number;
  readonly heard: number;
}

describeDrawnDatabase('a cache kept right by events', (kind) => describeCache(kind, 'of any'));
// What both servers have in common; the client's own test is on both.
describeDatabase('postgres', 'a cache whose server loses its database', (kind) =>
  describeCache(kind, 'of a server that loses its database'),
);

function describeCache(
  kind: DatabaseKind,
  stories: 'of any' | 'of a server that loses its database',
): void {
  let database: TestDatabase;
  let db: Knex;
  let port: number;
  let node: NodeProcess;
  const serve = async (more: Partial<Settings> = {}) => {
    node = await startNode({ databaseUrl: database.url, port, windowEventsMax: 100, ...more });
  };
  beforeEach(async () => {
    database = await createDatabase(kind);
    port = await lastingPort();
    await serve();
    db = applicationKnex(kind, database.url);
    await db.schema.createTable('products', (table) => {
      table.integer('id').primary();
      table.integer('price').notNullable();
    });
    await db('products').insert({ id: 1, price: 10 });
    await db('products').insert({ id: 2, price: 10 });
  });
  afterEach(async () => {
    await killPrograms();
    await node.end('SIGTERM');
    await db.destroy();
    await database.drop();
  });

  const change = (id: number, price: number) =>
    db.transaction(async (tx) => {
      await tx('products').where({ id }).update({ price });
      await addEvent(tx, 'PRODUCT_CHANGED', { id });
    });
  /** Asks it whatever it answers to. */
  const open = async () => {
    const program = startProgram('cache', [`http://127.0.0.1:${port}`, database.url]);
    const url = await until(() => program.lines[0]);
    const ask = async (verb: string) => (await (await fetch(`${url}/${verb}`)).json()) as Answer;
    return { program, ask, isKept: () => until(() => isKept(ask)) };
  };
  const isKept = async (ask: (verb: string) => Promise<Answer>) => {
    const { loads } = await ask('get?id=1');
    return (await ask('get?id=1')).loads === loads;
  };

  if (stories === 'of a server that loses its database') {
    it('keeps nothing when the server has lost the database that its writers have', async () => {
      const path = await openCutPath(database.url);
      await node.end('SIGTERM');
      await serve({ databaseUrl: path.url, logLevel: 'silent' });
      const { ask, isKept } = await open();
      await isKept();
      path.cut();
      await change(1, 20);
      expect((await ask('get?id=1')).price).toBe(10);
      await until(async () => (await ask('get?id=1')).price === 20, 40_000);
      path.mend();
      await isKept();
      await change(1, 30);
      await until(async () => (await ask('get?id=1')).price === 30);
      await node.end('SIGKILL');
      await path.close();
    });
    return;
  }

  it('loads once, and again behind a change, in every process', async () => {
    const caches = await Promise.all([open(), open()]);
    for (const { isKept } of caches) await isKept();
    await change(1, 20);
    for (const { ask } of caches) {
      await until(async () => (await ask('get?id=1')).price === 20);
      const { loads } = await ask('state');
      expect(await ask('get?id=1')).toMatchObject({ price: 20, loads });
    }
  });

  it('does not keep what a load has read before the change that was told meanwhile', async () => {
    const { ask, isKept } = await open();
    await isKept();
    const { loads } = await ask('state');
    await ask('hold');
    const old = ask('get?id=2');
    const { heard } = await until(async () => {
      const state = await ask('state');
      return state.loads > loads && state;
    });
    await change(2, 20);
    await until(async () => (await ask('state')).heard > heard);
    await ask('release');
    expect((await old).price).toBe(10);
    expect((await ask('get?id=2')).price).toBe(20);
  });

  it('keeps nothing while it cannot hear, and nothing from before', async () => {
    const { ask, isKept } = await open();
    await isKept();
    await node.end('SIGKILL');
    await until(async () => {
      const { loads } = await ask('get?id=1');
      return (await ask('get?id=1')).loads === loads + 1;
    });
    await change(1, 20);
    expect((await ask('get?id=1')).price).toBe(20);
    await serve();
    await isKept();
    expect((await ask('get?id=1')).price).toBe(20);
    await change(1, 30);
    await until(async () => (await ask('get?id=1')).price === 30);
  });

  it('forgets all when it was too slow to be told all', async () => {
    const { program, ask, isKept } = await open();
    await isKept();
    expect((await ask('get?id=2')).price).toBe(10);
    await frozen(program, async () => {
      // More batches than may be under way; the window is left behind by what nobody wants.
      for (let nth = 0; nth < 20; nth += 1) {
        await change(1, 100 + nth);
        await until(async () => (await numbered()) === nth + 1);
      }
      await change(2, 20);
      for (let nth = 0; nth < 300; nth += 1) {
        await db.transaction((tx) => addEvent(tx, 'NOISE'));
      }
      await until(async () => (await numbered()) === 321);
    });
    await until(async () => (await ask('get?id=2')).price === 20);
    // That was forgotten because something was missed: its own event never came.
    expect((await ask('state')).heard).toBeLessThan(21);
  });

  /** How many events have come through the feed. */
  const numbered = async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return Number(/feed_events_total\{stream="main"\} (\d+)/.exec(text)?.[1] ?? 0);
  };
}

async function frozen(program: Program, work: () => Promise<void>): Promise<void> {
  program.process.kill('SIGSTOP');
  try {
    await work();
  } finally {
    program.process.kill('SIGCONT');
  }
}
