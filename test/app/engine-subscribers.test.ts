// The subscribers of docs/sinks.md, word for word, killed by -9 while they read: each event counts once.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NatsSink } from '../../src/relay/sinks/nats/nats-sink.ts';
import { natsPlaceOf } from '../../src/relay/sinks/nats/settings.ts';
import { RedisSink } from '../../src/relay/sinks/redis/redis-sink.ts';
import { redisPlaceOf } from '../../src/relay/sinks/redis/settings.ts';
import { describeWithEngine, startNats, startRedis } from '../support/engines.ts';
import { pause } from '../support/pause.ts';
import { at, batch, never, row } from '../support/sink-batches.ts';
import { until } from '../support/until.ts';

const ROOT = join(__dirname, '../..');
const facts = { title: 'The sink s', stream: 'main' };
const ENGINES = {
  nats: {
    start: startNats,
    address: 'nats://127.0.0.1:4222',
    heading: '### Reading from NATS',
    sink: (servers: string) => new NatsSink({ ...facts, place: natsPlaceOf({ servers }, 'main') }),
  },
  redis: {
    start: startRedis,
    address: 'redis://127.0.0.1:6379',
    heading: '### Reading from Redis',
    sink: (url: string) => new RedisSink({ ...facts, place: redisPlaceOf({ url }, 'main') }),
  },
} as const;

describe.each(['nats', 'redis'] as const)('a subscriber of %s', (kind) => {
  const { start, address, heading, sink: make } = ENGINES[kind];
  describeWithEngine(kind, 'as docs/sinks.md has it', () => {
    it('counts each event once, though it is killed', async () => {
      const page = await readFile(join(ROOT, 'docs/sinks.md'), 'utf8');
      const [, code = ''] = /```js\n(.*?)```/s.exec(page.slice(page.indexOf(heading))) ?? [];
      expect(code).toContain(address);
      const server = await start();
      const dir = await mkdtemp(join(tmpdir(), 'aftercommit-subscriber-'));
      let reader: ChildProcess | null = null;
      const sink = make(server.url);
      try {
        await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
        await writeFile(join(dir, 'reader.mjs'), code.replace(address, server.url));
        const totals = async (): Promise<Record<string, number>> => {
          const text = await readFile(join(dir, 'totals.json'), 'utf8').catch(() => '{}');
          return JSON.parse(text).counts ?? {};
        };
        const count = async () =>
          Object.values(await totals()).reduce((sum, each) => sum + each, 0);
        const read = () => {
          reader = spawn(process.execPath, ['reader.mjs'], { cwd: dir, stdio: 'inherit' });
          return reader;
        };
        await sink.open(at(0), never);
        const write = async (first: number, last: number) => {
          const events = Array.from({ length: last - first + 1 }, (_, nth) =>
            row(first + nth, '1', `T${(first + nth) % 3}`),
          );
          await sink.write(batch(events), never);
        };
        await write(1, 240);
        for (let seen = 20; seen <= 140; seen += 60) {
          const killed = read();
          await until(async () => (await count()) >= seen);
          killed.kill('SIGKILL');
          await once(killed, 'exit');
        }
        read();
        await write(241, 300);
        await until(async () => (await count()) >= 300);
        await pause(50);
        expect(await totals()).toEqual({ T0: 100, T1: 100, T2: 100 });
      } finally {
        (reader as ChildProcess | null)?.kill('SIGKILL');
        await sink.close();
        await server.close();
        await rm(dir, { recursive: true, force: true });
      }
    });
  });
});
