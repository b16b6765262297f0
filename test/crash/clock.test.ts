// Clocks that jump. The node's own, by a day and back while it works. The database's cannot be moved from here, so what
// it has written is: a time that is far ahead is what a clock leaves behind that was ahead and has been set right.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { type NodeProcess, type Preload, runCommand, startNode } from '../support/node-process.ts';
import { call, RpcSocket } from '../support/rpc.ts';
import { openSqlSession, timeInHours } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { Load } from './load.ts';

const CLOCK = join(__dirname, 'shifted-clock.mjs');
const DAY_MS = 86_400_000;

/** A word of its own on MySQL. */
const KEY = { sqlite: 'key', postgres: 'key', mysql: '`key`' };

describeDrawnDatabase('when a clock jumps', (kind) => {
  const ahead = timeInHours[kind](24);
  let active: TestDatabase;
  let warehouse: TestDatabase;
  const ends: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    [active, warehouse] = await Promise.all([createDatabase(kind), createDatabase(kind)]);
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    await Promise.all([active.drop(), warehouse.drop()]);
  });

  const settings = () => ({
    databaseUrl: active.url,
    warehouseUrl: warehouse.url,
    workerPeriodMs: 50,
  });
  const start = async (more = {}, command = ['serve'], preload?: Preload): Promise<NodeProcess> => {
    const node = await startNode({ ...settings(), ...more }, command, preload);
    ends.push(() => node.end('SIGKILL'));
    return node;
  };
  /** A node with archiver and discarder whose time of day `shift` sets. */
  const startShifted = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'aftercommit-clock-'));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'offset');
    const shift = (ms: number) => writeFile(file, String(ms));
    await shift(0);
    const workers = { archiver: true, discarder: true };
    const { url } = await start(workers, ['serve'], { script: CLOCK, env: { CLOCK_FILE: file } });
    return { url, shift };
  };
  const onDatabase = async (statement: string) => {
    const sql = await openSqlSession(kind, active.url);
    await sql.run(statement);
    await sql.close();
  };

  it('on a node, a day ahead and a day back, nothing is lost and everybody goes on', async () => {
    const { url, shift } = await startShifted();
    const load = await Load.start(kind, active.url, url);
    ends.push(() => load.abandon());
    for (const offsetMs of [0, DAY_MS, -DAY_MS, 0]) {
      await shift(offsetMs);
      await load.goesOn();
    }
    await load.finish();
    expect(load.callers.refusals).toBe(0);
    await until(async () => {
      const { last, discarded_up_to } = await call(url, 'streamInfo');
      return discarded_up_to === last;
    });
  }, 120_000);

  it('in the database, a reader takes over from one whose lease seems to last for a day', async () => {
    const node = await start();
    await call(node.url, 'registerConsumer', { component: 'c' });
    await onDatabase(`update evt_consumers set lease_until = ${ahead}, lease_node = 'gone'`);
    await call(node.url, 'addEvent', { type: 'T' });
    const socket = await RpcSocket.open(node.url);
    await socket.call('readyToReceive', { component: 'c' });
    await until(async () => (await call(node.url, 'listConsumers'))[0].cursor === '1');
    await socket.close();
  });

  it('in the database, an archiver begins where the lease of a dead one seems to last for a day', async () => {
    const node = await start();
    await call(node.url, 'addEvent', { type: 'T' });
    await runCommand(['migrate', '--warehouse'], settings());
    await runCommand(['archive', '--once'], settings());
    await onDatabase(
      `update evt_consumers set lease_until = ${ahead}, lease_node = 'gone' where ident = 'ARCHIVER'`,
    );
    await call(node.url, 'addEvent', { type: 'T' });
    await start({}, ['archive']);
    await until(async () => {
      const sql = await openSqlSession(kind, warehouse.url);
      const rows = await sql.run('select id from evt_history');
      await sql.close();
      return rows.length === 2;
    });
  });

  it('in the database, keys of the future are known, and hold no others back from going', async () => {
    const node = await start();
    const keyed = { type: 'T', idempotency_key: 'future' };
    const id = await call(node.url, 'addEvent', keyed);
    await onDatabase(`update evt_keys set at = ${ahead}`);
    const past = { type: 'T', idempotency_key: 'past' };
    await call(node.url, 'addEvent', past);
    const old = timeInHours[kind](-25);
    await onDatabase(`update evt_keys set at = ${old} where ${KEY[kind]} = 'past'`);
    // A node looks for old keys when it starts.
    await start();
    const sql = await openSqlSession(kind, active.url);
    ends.push(() => sql.close());
    await until(async () => (await sql.run('select 1 from evt_keys')).length === 1);
    expect(await call(node.url, 'addEvent', keyed)).toBe(id);
  });
});
