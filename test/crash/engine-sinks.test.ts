// Sinks for NATS and Redis, while the process that serves them and the servers of both are killed by -9 at any moment
// under load: whatever is killed, each event is there once. CRASH_ROUNDS sets how many kills (2 by default). The
// position is in the engine, whatever the database.
import { createApp } from '../../src/index.ts';
import { silent } from '../app/embedding/embedded.ts';
import { createDatabase, describeDrawnDatabase } from '../support/databases.ts';
import { describeWithEngine, startNats, startRedis } from '../support/engines.ts';
import { countInJetStream, idsInJetStream } from '../support/jet-stream.ts';
import type { KeptServer } from '../support/kept-server.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { pause } from '../support/pause.ts';
import { openRandom } from '../support/random.ts';
import { askRedis, idsInRedis } from '../support/redis-stream.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';

describeWithEngine('nats', 'with NATS', () => {
  describeWithEngine('redis', 'and Redis', () => {
    describeDrawnDatabase('sinks', (kind) => {
      const rounds = Number(process.env.CRASH_ROUNDS ?? 2);
      it(
        'have each event exactly once and in order, whoever is killed',
        async () => {
          const random = openRandom();
          console.info(`kills of engines and their sinks on ${kind}: SEED=${random.seed}`);
          const database = await createDatabase(kind);
          const sql = await openSqlSession(kind, database.url);
          const [nats, redis] = await Promise.all([startNats(), startRedis()]);
          const app = createApp({ database: database.url, logger: silent });
          await app.start();
          const feed = { batchMax: 50 };
          const wanted = { ...feed, types: ['T1'] };
          const toNats = { type: 'nats', servers: nats.url };
          const toRedis = { type: 'redis', url: redis.url };
          const own = { jetStream: 'wanted', prefix: 'wanted' };
          const sinks = JSON.stringify([
            { name: 'nats', ...toNats, ...feed },
            { name: 'natsWanted', ...toNats, ...wanted, ...own },
            { name: 'redis', ...toRedis, ...feed },
            { name: 'redisWanted', ...toRedis, ...wanted, key: 'wanted' },
          ]);
          const settings = { databaseUrl: database.url, logLevel: 'silent' } as const;
          const serve = () => startNode(settings, ['serve', `--sinks=${sinks}`]);
          let node: NodeProcess | null = null;
          try {
            let isOver = false;
            const writing = (async () => {
              while (!isOver) {
                const count = 1 + random.below(30);
                const drafts = Array.from({ length: count }, (_, nth) => ({
                  type: `T${random.below(3)}`,
                  data: `${nth} ${'x'.repeat(random.below(200))}`,
                }));
                await app.generator.addEvents(drafts);
                await pause(20);
              }
            })();
            node = await serve();
            const engines: readonly KeptServer[] = [nats, redis];
            for (let round = 0; round < rounds; round += 1) {
              await pause(100 + random.below(300));
              const engine = engines[round % 2] as KeptServer;
              // By turns; now and then both at once.
              const isOfProcess = round % 3 !== 1;
              await Promise.all([
                ...(isOfProcess ? [node.end('SIGKILL')] : []),
                ...(round % 3 !== 0 ? [engine.crash().then(() => engine.start())] : []),
              ]);
              if (!isOfProcess) continue;
              // One that was killed would hold its lease for 10 s.
              await sql.run('update evt_consumers set lease_until = null');
              node = await serve();
            }
            isOver = true;
            await writing;
            const rows = await sql.run('select id, type from evt_queue order by id');
            const all = rows.map(({ id }) => Number(id));
            const mine = rows.filter(({ type }) => type === 'T1').map(({ id }) => Number(id));
            const found = async () => ({
              nats: await idsInJetStream(nats.url),
              natsWanted: await idsInJetStream(nats.url, 'wanted').catch(() => []),
              redis: await idsInRedis(redis.url),
              redisWanted: await idsInRedis(redis.url, 'wanted'),
            });
            const counts = async () => [
              // There is no stream before the sink has made it.
              await countInJetStream(nats.url).catch(() => 0),
              Number(await askRedis(redis.url, ['XLEN', 'evt:main'])),
            ];
            await until(async () => {
              await pause(50);
              return (await counts()).every((count) => count >= all.length);
            }, 60_000);
            await until(async () => {
              await pause(50);
              const { natsWanted, redisWanted } = await found();
              return [natsWanted, redisWanted].every((ids) => ids.length >= mine.length);
            }, 60_000);
            expect(await found()).toEqual({
              ...{ nats: all, natsWanted: mine },
              ...{ redis: all, redisWanted: mine },
            });
            console.info(`${kind}: ${all.length} events, ${rounds} kills`);
          } finally {
            await node?.end('SIGKILL');
            await app.stop();
            await sql.close();
            await Promise.all([database.drop(), nats.close(), redis.close()]);
          }
        },
        120_000 + rounds * 20_000,
      );
    });
  });
});
