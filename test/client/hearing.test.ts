// When a consumer says that events can come, and when that they cannot: over real connections to nodes that are gone or
// frozen, and to one that has lost its database while others write there.
import type { Knex } from 'knex';
import { type ConsumerOptions, createClient } from '../../src/client/index.ts';
import { addEvent } from '../../src/generator/index.ts';
import { applicationKnex } from '../support/application-knex.ts';
import {
  createDatabase,
  describeDatabase,
  describeDrawnServer,
  type TestDatabase,
} from '../support/databases.ts';
import { lastingPort } from '../support/free-port.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { type CutPath, openCutPath, openTcpPath, type TcpPath } from '../support/tcp-path.ts';
import { until } from '../support/until.ts';

const READERS = [{ component: 'c' }, { component: 'LIVE' }, { from: 'beginning' }] as const;

let database: TestDatabase;
let node: NodeProcess;
let stop: AbortController;
let runs: Promise<void>[];
beforeEach(() => {
  stop = new AbortController();
  runs = [];
});

/** A reader until the test is over; `told` is what it was told, in order, and `got` the data of its events. */
function read(url: string, options: ConsumerOptions) {
  const told: string[] = [];
  const got: unknown[] = [];
  const consumer = createClient({ url }).consumer({
    ...options,
    onReady: () => told.push('ready'),
    onTrouble: (error) => told.push((error as { code: string }).code),
  });
  const take = ({ events }: { events: readonly { data: unknown }[] }) => {
    if (told.at(-1) !== 'ready') told.push('events');
    got.push(...events.map(({ data }) => data));
  };
  runs.push(consumer.run(take, { signal: stop.signal }));
  return { told, got, isReady: () => until(() => told.at(-1) === 'ready') };
}

describeDatabase('sqlite', 'a poll', (kind) => {
  let path: TcpPath;
  let port: number;
  let connections: number;
  const serve = async () => {
    node = await startNode({ databaseUrl: database.url, port });
  };
  beforeEach(async () => {
    [database, port] = await Promise.all([createDatabase(kind), lastingPort()]);
    await serve();
    connections = 0;
    path = await openTcpPath(node.url, (near, far) => {
      connections += 1;
      near.pipe(far).pipe(near);
    });
  });
  afterEach(async () => {
    node.signal('SIGCONT');
    stop.abort();
    await Promise.all(runs);
    await path.close();
    await node.end('SIGKILL');
    await database.drop();
  });
  const add = (data: string) => createClient({ url: node.url }).addEvent('T', data);

  it.each(READERS)('of %j is not ready while no server is there', async (options) => {
    const { told, got, isReady } = read(`http://127.0.0.1:${port}`, { ...options, by: 'poll' });
    await isReady();
    await add('before');
    await until(() => got.length === 1);
    await node.end('SIGKILL');
    await until(() => told.length >= 5);
    expect(told.lastIndexOf('ready')).toBe(0);
    await serve();
    await isReady();
    await add('behind');
    await until(() => got.length === 2);
    expect(got).toEqual(['before', 'behind']);
    expect(told.filter((each) => each === 'ready')).toHaveLength(2);
  });

  it.each(READERS)('of %j is not ready while the server is frozen', async (options) => {
    const { told, got, isReady } = read(path.url, { ...options, by: 'poll' });
    await isReady();
    await add('before');
    await until(() => got.length === 1);
    const before = connections;
    node.signal('SIGSTOP');
    for (const socket of path.sockets) socket.destroy();
    // It asks again by a new connection, which the machine of the frozen server takes.
    await until(() => connections > before);
    expect(told.length).toBeGreaterThan(1);
    expect(told.lastIndexOf('ready')).toBe(0);
    node.signal('SIGCONT');
    await isReady();
    await add('behind');
    await until(() => got.length === 2);
    expect(got).toEqual(['before', 'behind']);
  });
});

describeDrawnServer('a reader by push whose server has lost its database', (kind) => {
  let path: CutPath;
  let db: Knex;
  beforeEach(async () => {
    database = await createDatabase(kind);
    path = await openCutPath(database.url);
    node = await startNode({ databaseUrl: path.url, logLevel: 'silent' });
    db = applicationKnex(kind, database.url);
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all(runs);
    await node.end('SIGKILL');
    await path.close();
    await db.destroy();
    await database.drop();
  });
  const add = (data: string) => db.transaction((tx) => addEvent(tx, 'T', data));

  it('is told, stays connected, and is ready again with all that was written meanwhile', async () => {
    const readers = READERS.map((options) => read(node.url, options));
    for (const { isReady } of readers) await isReady();
    await add('before');
    await until(() => readers.every(({ got }) => got.length === 1));
    path.cut();
    await add('meanwhile');
    for (const { told } of readers) {
      // 10 to 15 s of silence, and what the server waits for its database.
      await until(() => told.length > 1, 40_000);
      expect(told).toEqual(told.map((_, nth) => (nth === 0 ? 'ready' : 'StoreUnavailable')));
    }
    path.mend();
    for (const { told } of readers) await until(() => told.includes('ready', 1));
    await add('behind');
    for (const { told, got } of readers) {
      await until(() => got.length === 3);
      expect(got).toEqual(['before', 'meanwhile', 'behind']);
      expect(told).not.toContain('CommError');
    }
  });
});
