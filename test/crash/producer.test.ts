// kill -9 of the applications at either end: what a producer was told is committed arrives, what it took back does not,
// and a consumer goes on right behind what it has acknowledged. CRASH_ROUNDS sets how many kills (2 by default).
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { openRandom } from '../support/random.ts';
import { call, type Pushed } from '../support/rpc.ts';
import { until } from '../support/until.ts';
import { openSaid, startProducer } from './producer-process.ts';
import { spawnScript } from './script.ts';

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 2);
const CONSUMER = join(__dirname, 'consumer.mjs');

type Batch = Pick<Pushed['params'], 'after' | 'up_to' | 'events'>;

/** Starts a consumer process; `end` resolves when all that it has printed is in `batches`. */
function startConsumer(url: string) {
  const batches: Batch[] = [];
  const child = spawnScript(CONSUMER, [url, 'c']);
  const lines = createInterface({ input: child.stdout });
  const closed = once(lines, 'close');
  lines.on('line', (line) => batches.push(JSON.parse(line)));
  const end = async () => {
    child.kill('SIGKILL');
    await closed;
  };
  return { batches, end };
}

describeDrawnDatabase('producers and consumers that are killed', (kind) => {
  let database: TestDatabase;
  let node: NodeProcess;
  const ends: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    database = await createDatabase(kind);
    node = await startNode({ databaseUrl: database.url });
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await node?.end('SIGKILL');
    await database.drop();
  });

  it('lose nothing that was committed, and see each event in order', async () => {
    const random = openRandom();
    console.info(`kill of producer and consumer on ${kind}: SEED=${random.seed}`);
    await call(node.url, 'registerConsumer', { component: 'c' });
    const said = openSaid();
    const lives: Batch[][] = [];
    const startOne = () => {
      const consumer = startConsumer(node.url);
      ends.push(consumer.end);
      lives.push(consumer.batches);
      return consumer;
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      const { committed } = said;
      const before = committed.size;
      const options = { kind, url: database.url, name: `round ${round}`, writers: 3, said };
      const producer = startProducer(options);
      ends.push(producer.kill);
      const consumer = startOne();
      await until(() => committed.size > before + 10 && consumer.batches.length > 3);
      await new Promise((resolve) => setTimeout(resolve, random.below(100)));
      await Promise.all([producer.kill(), consumer.end()]);
    }
    const { committed, undone, asked } = said;
    // Something is left to the last life, which may find all the rest acknowledged.
    asked.add('last');
    await call(node.url, 'addEvent', { type: 'T', data: 'last' });
    startOne();
    const data: string[] = [];
    const dataOf = () => lives.flat().flatMap(({ events }) => events.map((event) => event.data));
    await until(() => {
      const seen = new Set(dataOf());
      return seen.has('last') && [...committed].every((each) => seen.has(each));
    });
    let reached = 0;
    for (const [life, batches] of lives.entries()) {
      const last = lives[life - 1]?.at(-1);
      // Whether the last acknowledgement of the one before was still read, nobody knows.
      expect(last === undefined ? ['0'] : [last.after, last.up_to]).toContain(batches[0]?.after);
      for (const [place, { after, up_to, events }] of batches.entries()) {
        if (place > 0) expect(after).toBe(batches[place - 1]?.up_to);
        for (const event of events) {
          if (Number(event.id) > reached) {
            reached += 1;
            data.push(event.data as string);
          }
          expect(Number(event.id)).toBeLessThanOrEqual(reached);
          expect(data[Number(event.id) - 1]).toBe(event.data);
        }
        expect(Number(up_to)).toBe(Number(after) + events.length);
      }
    }
    expect(new Set(data).size).toBe(data.length);
    expect(undone.size).toBeGreaterThan(0);
    expect(data.filter((each) => undone.has(each) || !asked.has(each))).toEqual([]);
  }, 600_000);
});
