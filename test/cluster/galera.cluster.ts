// What is promised holds on a Galera cluster whose servers are killed, one, two and all three, or frozen, while
// everybody is at work. `npm run test:cluster`; each case says what it came to, and what a cluster costs.

import { Store } from '../../src/store/store.ts';
import { id, makeDrafts } from '../support/events.ts';
import { startOwnServer } from '../support/own-server.ts';
import { pause } from '../support/pause.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { openTcpPath } from '../support/tcp-path.ts';
import { type Case, runCase } from './case.ts';
import { collide } from './conflicts.ts';
import { GaleraCluster } from './galera-cluster.ts';
import { rateOf } from './rate.ts';

/** How long servers stay away. */
const AWAY_MS = 3000;
const CASE_MS_MAX = 240_000;
const SAME_ORDER = [0, 1, 2];
/** Each service node takes its steps at another server. */
const OTHER_ORDERS = [SAME_ORDER, [1, 2, 0], [2, 0, 1]];
/** Nothing of a transaction that was refused was done. */
const REFUSALS = [
  // When it begins, or is one statement, where `wsrep_sync_wait` makes it wait for what others have committed, and the
  // others are gone; no lock is waited for.
  /Lock wait timeout exceeded.* \((?:begin|insert into evt_inbox.*)\)$/,
  // By the number of its event: when a server goes or comes, `wsrep_auto_increment_control` changes which numbers each
  // gives, and an insert that began before may take one of those that are another server's now.
  /Deadlock found/,
];
/** Of a single server's rate. */
const PART_MIN = 0.15;

describe('a Galera cluster', () => {
  let cluster: GaleraCluster;
  beforeAll(async () => {
    cluster = await GaleraCluster.start();
  }, CASE_MS_MAX);
  afterAll(() => cluster?.close());

  const check = async (title: string, own: Omit<Case, 'cluster'>) => {
    const outcome = await runCase({ cluster, ...own });
    console.info(`${title}: ${JSON.stringify(outcome.figures)}`);
    expect(outcome.violations.slice(0, 20)).toEqual([]);
    expect(outcome.unexpected).toEqual([]);
    const behind = outcome.consumers.filter(({ acknowledged }) => acknowledged !== outcome.end);
    expect(behind).toEqual([]);
    expect(outcome.queues).toEqual(outcome.queues.map(() => outcome.queues[0]));
    expect(outcome.logs).toEqual(outcome.logs.map(() => outcome.logs[0]));
    return outcome.figures;
  };
  const kill = async (...nth: readonly number[]) => {
    await cluster.crash(...nth);
    await pause(AWAY_MS);
    await cluster.bringBack(...nth);
  };
  const freeze = async (nth: number) => {
    await cluster.node(nth).freeze();
    await pause(AWAY_MS);
    await cluster.node(nth).thaw();
    await cluster.isWhole();
  };

  it.each([
    ['a bystander is', [2]],
    ['the server that takes the steps is', [0]],
    ['two of three are', [0, 1]],
    ['all three are', [0, 1, 2]],
  ])(
    'loses nothing when %s killed, and comes back',
    async (who, servers) => {
      await check(`${who} killed`, { happens: () => kill(...servers), refusals: REFUSALS });
    },
    CASE_MS_MAX,
  );

  it(
    'loses nothing when the server that takes the steps is frozen, and wakes without the others',
    async () => {
      // Said by a server that was thrown out while it was frozen, to whatever it was asked for.
      const refusals = [...REFUSALS, /Lock wait timeout exceeded/];
      await check('the server that takes the steps is frozen', {
        happens: () => freeze(0),
        refusals,
      });
    },
    CASE_MS_MAX,
  );

  it(
    'loses nothing when steps are taken at all three, and one is killed',
    async () => {
      const happens = () => kill(1);
      await check('steps at all three, one killed', {
        ...{ orders: OTHER_ORDERS, happens, refusals: REFUSALS },
      });
    },
    CASE_MS_MAX,
  );

  it(
    'tells each step what became of it, however often it stands in the way of another one',
    async () => {
      const { told, log, conflicts } = await collide(cluster);
      console.info(`${conflicts} conflicts, ${told.size} acknowledged, ${log.length} in the log`);
      expect(conflicts).toBeGreaterThan(100);
      const placeOf = new Map(log.map((data, nth) => [data, String(nth + 1)]));
      expect(placeOf.size).toBe(log.length);
      const isTrue = (data: string, id: string | null) =>
        placeOf.has(data) && (id === null || placeOf.get(data) === id);
      expect([...told].filter(([data, id]) => !isTrue(data, id))).toEqual([]);
    },
    CASE_MS_MAX,
  );

  it('gives an insert that commits by itself a higher number than what was committed at another server', async () => {
    const urls = await cluster.createDatabase();
    const [first = '', second = ''] = urls;
    const store = await Store.open({ database: first, poolMax: 1, timeoutMs: 10_000 });
    await store.migrate(['main']);
    await store.close();
    const [there, here] = [
      await openSqlSession('mysql', first),
      await openSqlSession('mysql', second),
    ];
    const row = "('T', '1')";
    /** Rounds in which the later one has the lower number; many rows take the other server a while. */
    const overtaken = async (syncWait: number) => {
      await here.run(`set session wsrep_sync_wait = ${syncWait}`);
      let count = 0;
      for (let round = 0; round < 10; round += 1) {
        await there.run(`insert into evt_inbox (type, data) values ${Array(3000).fill(row)}`);
        await here.run("insert into evt_inbox (type, data) values ('LATER', '1')");
        await here.run('set session wsrep_sync_wait = 7');
        const [found] = await here.run(
          "select max(id) as newest, max(if(type = 'LATER', id, 0)) as later from evt_inbox",
        );
        if (Number(found?.newest) !== Number(found?.later)) count += 1;
        await here.run(`set session wsrep_sync_wait = ${syncWait}`);
      }
      return count;
    };
    const without = await overtaken(1);
    console.info(`inserts that were overtaken: ${without} of 10 with wsrep_sync_wait = 1`);
    expect(without).toBeGreaterThan(0);
    expect(await overtaken(7)).toBe(0);
    await there.close();
    await here.close();
  });

  it('moves no cursor before a statement that waits for the other nodes has found how far', async () => {
    const [url = ''] = await cluster.createDatabase();
    const order: string[] = [];
    const path = await openTcpPath(url, (near, far) => {
      near.on('data', (part) => {
        const [, verb] = /(select c\.id, s\.name|update .*evt_consumers)/s.exec(String(part)) ?? [];
        if (verb !== undefined) order.push(verb.slice(0, 6));
      });
      near.pipe(far).pipe(near);
    });
    const store = await Store.open({ database: path.url, poolMax: 1, timeoutMs: 10_000 });
    await store.migrate(['main']);
    await store.append('main', makeDrafts(10));
    await store.registerConsumer('main', 'a:b', 'beginning');
    const consumer = await store.findConsumer('main', 'a:b');
    order.length = 0;
    const ack = { consumerId: consumer?.id ?? '', cursor: id(4), token: null, epoch: 1 };
    await store.advanceCursors([ack]);
    expect(order).toEqual(['select', 'update']);
    expect((await store.findConsumer('main', 'a:b'))?.cursor).toBe('4');
    await store.close();
    await path.close();
  });

  it(
    'is slower than one server, the more so where steps are taken at all three',
    async () => {
      const own = await startOwnServer('mysql');
      const url = await own.createDatabase();
      const single = await rateOf([url, url, url], [url]).finally(() => own.close());
      const measure = async (orders: readonly (readonly number[])[], producersAt: number) => {
        const urls = await cluster.createDatabase();
        const rate = await rateOf(
          orders.map((order) => cluster.urlOf(urls, order)),
          urls.slice(0, producersAt),
        );
        return { ...rate, part: Number((rate.perSecond / single.perSecond).toFixed(2)) };
      };
      const same = [SAME_ORDER, SAME_ORDER, SAME_ORDER];
      const one = await measure(same, 1);
      const spread = await measure(same, 3);
      const all = await measure(OTHER_ORDERS, 3);
      const figures = { single, one, spread, all };
      console.info(`rates: ${JSON.stringify(figures)}`);
      expect(one.part).toBeGreaterThan(PART_MIN);
    },
    CASE_MS_MAX,
  );
});
