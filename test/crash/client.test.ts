// The published client through kill -9 of the server and of the consumer, by turns. CRASH_ROUNDS sets how many kills of
// each (2 by default).

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '../../src/client/index.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { lastingPort } from '../support/free-port.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { pause } from '../support/pause.ts';
import { openRandom } from '../support/random.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { PLACE } from './effects.ts';
import { spawnScript } from './script.ts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 2);
const PROGRAM = join(__dirname, 'effects-consumer.mjs');
const BATCH_MAX = 20;

describeDrawnDatabase('the client, killed and restarted', (kind) => {
  let active: TestDatabase;
  let own: TestDatabase;
  let sql: SqlSession;
  let node: NodeProcess | null = null;
  let consumer: ChildProcess | null = null;
  /** Of each life of the consumer, the ids that it told, in the order in which it did. */
  const lives: number[][] = [];

  beforeEach(async () => {
    [active, own] = await Promise.all([createDatabase(kind), createDatabase(kind)]);
    sql = await openSqlSession(kind, own.url);
    await sql.run(
      `create table effects (place ${PLACE[kind]}, event_id varchar(18) not null, data varchar(100) not null)`,
    );
  });
  afterEach(async () => {
    consumer?.kill('SIGKILL');
    await node?.end('SIGKILL');
    await sql.close();
    await Promise.all([active.drop(), own.drop()]);
  });

  it(
    'has every event in the effects exactly once and in order, and is told each at least once',
    async () => {
      const random = openRandom();
      console.info(`kills around the client on ${kind}: SEED=${random.seed}`);
      // The server comes back where it was.
      const port = await lastingPort();
      const serve = async () => {
        node = await startNode({ databaseUrl: active.url, port, batchMax: BATCH_MAX });
        return node;
      };
      const consume = () => {
        const life: number[] = [];
        lives.push(life);
        const child = spawnScript(PROGRAM, [`http://127.0.0.1:${port}`, kind, own.url]);
        const lines = createInterface({ input: child.stdout });
        lines.on('line', (line) => life.push(...JSON.parse(line)));
        consumer = child;
        return { child, told: once(lines, 'close') };
      };

      let isOver = false;
      let server = await serve();
      let reader = consume();
      const client = createClient({ url: server.url });
      const added = new Map<string, string>();
      const writing = Promise.all(
        Array.from({ length: 4 }, async (_, writer) => {
          for (let nth = 0; !isOver; nth += 1) {
            const data = `${writer} ${nth}`;
            const id = await client.addEvent('T', data, { retryMs: 60_000 });
            added.set(id, data);
          }
        }),
      );
      for (let round = 0; round < ROUNDS; round += 1) {
        await pause(200 + random.below(500));
        await server.end('SIGKILL');
        await pause(random.below(300));
        server = await serve();
        await pause(200 + random.below(500));
        reader.child.kill('SIGKILL');
        await reader.told;
        reader = consume();
      }
      // However slow the machine is, there is something to lose.
      await until(() => added.size > ROUNDS * 20, 60_000);
      isOver = true;
      await writing;
      const rows = () => sql.run('select event_id, data from effects order by place');
      await until(async () => (await rows()).length >= added.size, 60_000);
      await until(() => lives.at(-1)?.at(-1) === added.size, 60_000);
      await pause(300);

      // Each answered call is one event, and there is no other, in the order of the stream.
      const effects = await rows();
      expect(effects.map((row) => row.event_id)).toEqual(idsUpTo(added.size).map(String));
      for (const row of effects) expect(row.data).toBe(added.get(String(row.event_id)));
      // A step back is a kill: of the consumer, whose last batch comes again, or of the server, with the
      // acknowledgements that it had not stored yet.
      const { last, stepsBack } = stepsOf(lives.flat());
      expect(last).toBe(added.size);
      expect(stepsBack).toBeLessThanOrEqual(2 * ROUNDS);
      console.info(
        `${kind}: ${added.size} events, ${2 * ROUNDS} kills, ${repeats(lives)} told again`,
      );
    },
    120_000 + ROUNDS * 10_000,
  );
});

/** Throws where an id was passed over. */
function stepsOf(told: readonly number[]): { last: number; stepsBack: number } {
  let before = 0;
  let last = 0;
  let stepsBack = 0;
  for (const id of told) {
    expect(id).toBeLessThanOrEqual(before + 1);
    if (id <= before) stepsBack += 1;
    before = id;
    last = Math.max(last, id);
  }
  return { last, stepsBack };
}

function repeats(lives: readonly (readonly number[])[]): number {
  const told = lives.flat();
  return told.length - new Set(told).size;
}

const idsUpTo = (count: number) => Array.from({ length: count }, (_, nth) => nth + 1);
