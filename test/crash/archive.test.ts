// kill -9 of server, archiver and discarder while events come in: at every moment history and queue together are what
// was committed, without a hole and without anything twice, whether the archiver works at the database or in front of
// the server. CRASH_ROUNDS sets how many kills (2 by default).

import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { lastingPort } from '../support/free-port.ts';
import { type NodeProcess, runCommand, startNode } from '../support/node-process.ts';
import { pause } from '../support/pause.ts';
import { openRandom } from '../support/random.ts';
import { call } from '../support/rpc.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 2);

describeDrawnDatabase('around kill -9', (kind) => {
  let active: TestDatabase;
  let warehouse: TestDatabase;
  let queue: SqlSession;
  let history: SqlSession;
  const running = new Set<NodeProcess>();
  beforeEach(async () => {
    [active, warehouse] = await Promise.all([createDatabase(kind), createDatabase(kind)]);
    const settings = { databaseUrl: active.url, warehouseUrl: warehouse.url };
    await runCommand(['migrate', '--warehouse'], settings);
    queue = await openSqlSession(kind, active.url);
    history = await openSqlSession(kind, warehouse.url);
  });
  afterEach(async () => {
    for (const node of running) await node.end('SIGKILL');
    running.clear();
    await queue.close();
    await history.close();
    await Promise.all([active.drop(), warehouse.drop()]);
  });

  /** Queue first: what is discarded behind that look only makes the history longer. */
  const isWhole = async () => {
    const [stream] = await queue.run(
      `select s.next_id - 1 as newest, s.discarded_up_to as gone, q.n, q.low from evt_streams s,
        (select count(*) as n, min(id) as low from evt_queue) q where s.name = 'main'`,
    );
    const [kept] = await history.run('select count(*) as n, max(id) as high from evt_history');
    const { newest, gone, n, low } = stream as Record<string, unknown>;
    expect(Number(n)).toBe(Number(newest) - Number(gone));
    if (Number(n) > 0) expect(Number(low)).toBe(Number(gone) + 1);
    // Ids are a key there, so that many up to the highest are all of them.
    expect(Number(kept?.n)).toBe(Number(kept?.high));
    expect(Number(kept?.high)).toBeGreaterThanOrEqual(Number(gone));
  };

  it(
    'nothing is missing while archivers of both kinds, by turns, and a discarder work',
    async () => {
      const random = openRandom();
      console.info(`kills around the archive on ${kind}: SEED=${random.seed}`);
      const port = await lastingPort();
      const url = `http://127.0.0.1:${port}`;
      const common = {
        warehouseUrl: warehouse.url,
        workerPeriodMs: 20,
        logLevel: 'silent',
      } as const;
      const atDatabase = { ...common, databaseUrl: active.url };
      const fromServer = { ...common, archiveFrom: `ws://127.0.0.1:${port}/rpc` };
      let isByUrl = false;
      const starts = {
        server: () => startNode({ ...atDatabase, port }),
        archiver: () => {
          isByUrl = !isByUrl;
          return startNode(isByUrl ? fromServer : atDatabase, ['archive']);
        },
        discarder: () => startNode({ ...atDatabase, discardLimit: 300 }, ['discard']),
      };
      const nodes = new Map<string, NodeProcess>();
      const start = async (name: keyof typeof starts) => {
        const node = await starts[name]();
        nodes.set(name, node);
        running.add(node);
      };
      await start('server');
      await Promise.all([start('archiver'), start('discarder')]);
      await call(url, 'registerConsumer', { component: 'c' });

      let isOver = false;
      const answered = new Map<number, string>();
      let nth = 0;
      const adding = (async () => {
        while (!isOver) {
          await pause(5);
          const count = 1 + random.below(50);
          const texts = Array.from({ length: count }, (_, place) => `${nth + place}`);
          nth += count;
          const events = texts.map((data) => ({ type: 'T', data }));
          try {
            const { first, last } = await call(url, 'addEvents', { events });
            for (const [place, text] of texts.entries()) answered.set(Number(first) + place, text);
            await call(url, 'pollEvents', { component: 'c', last_id: last, limit: 1 });
          } catch {
            await pause(20);
          }
        }
      })();
      const looking = (async () => {
        while (!isOver) {
          await isWhole();
          await pause(10);
        }
      })();
      const names = ['server', 'archiver', 'discarder', 'archiver'] as const;
      for (let round = 0; round < ROUNDS; round += 1) {
        await pause(50 + random.below(250));
        const name = names[round % names.length] as (typeof names)[number];
        const node = nodes.get(name) as NodeProcess;
        await node.end('SIGKILL');
        running.delete(node);
        // Instead of waiting until the lease of one that was killed has run out.
        const free = "update evt_consumers set lease_until = null where ident = 'ARCHIVER'";
        if (name === 'archiver') await queue.run(free);
        await start(name);
        await Promise.race([looking, pause(0)]);
      }
      isOver = true;
      await Promise.all([adding, looking]);

      const { last } = await call(url, 'streamInfo');
      await call(url, 'pollEvents', { component: 'c', last_id: last, limit: 1 });
      for (let reached = ''; reached !== last; ) {
        reached = await until(async () => {
          const { discarded_up_to } = await call(url, 'streamInfo');
          return discarded_up_to !== reached && discarded_up_to;
        }, 30_000);
      }
      await isWhole();
      const rows = await history.run(
        `select id, ${TEXT[kind]} as data from evt_history order by id`,
      );
      expect(rows.map((row) => Number(row.id))).toEqual(
        Array.from({ length: Number(last) }, (_, place) => place + 1),
      );
      const texts = rows.map((row) => JSON.parse(row.data as string) as string);
      expect(new Set(texts).size).toBe(texts.length);
      const missing = [...answered].filter(([id, text]) => texts[id - 1] !== text);
      expect([answered.size > 0, missing]).toEqual([true, []]);
      await runCommand(['archive', '--verify'], atDatabase);
      console.info(`${kind}: ${last} events, ${ROUNDS} kills`);
    },
    60_000 + ROUNDS * 30_000,
  );
});

/** pg parses json columns. */
const TEXT = { sqlite: 'data', postgres: 'data::text', mysql: 'data' } as const;
