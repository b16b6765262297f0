// Consumers of the client whose function fails: what they tell the server, and what becomes of every event.
import { createClient, type ReceivedBatch } from '../../src/client/index.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { pause } from '../support/pause.ts';
import { openRandom } from '../support/random.ts';
import { until } from '../support/until.ts';
import { clientOn, idsOf, upTo } from './client-on.ts';

const WAYS = ['push', 'poll'] as const;
const COUNT = Number(process.env.FAILING_EVENTS ?? 40);
/** Every twelfth fails, twice or for ever, and is waited for. */
const MS_PER_EVENT = 200;

describeDrawnDatabase('a consumer of the client that fails', (kind) => {
  const own = clientOn(kind, { batchMax: 20, checkpointMs: 100, retryMaxMs: 100 });
  const facts = async () =>
    (await own.client.listConsumers()).find((each) => each.component === 'c');

  it.each(WAYS)('by %s says why, finds the event, and goes on when it is handled', async (by) => {
    await own.add(30);
    let isBroken = true;
    const batches: ReceivedBatch[] = [];
    const consumer = own.client.consumer({ component: 'c', by });
    const run = consumer.run(
      (batch) => {
        if (isBroken && batch.events.some(({ id }) => id === '7')) throw new Error('no order 7');
        batches.push(batch);
      },
      { signal: own.stop.signal },
    );
    await until(async () => Number((await facts())?.failing?.event_tries) >= 3);
    expect(await facts()).toMatchObject({
      cursor: '6',
      failing: { event_id: '7', error: 'no order 7' },
    });
    isBroken = false;
    await until(() => idsOf(batches).length === 30);
    expect(idsOf(batches)).toEqual(upTo(30));
    expect(batches.slice(0, 20).every(({ events }) => events.length === 1)).toBe(true);
    expect(batches.slice(20).map(({ events }) => events.length)).toEqual([10]);
    own.stop.abort();
    await run;
  });

  it.each(WAYS)(
    'by %s passes an event that is parked, and is told that it missed it',
    async (by) => {
      await own.add(10);
      const batches: ReceivedBatch[] = [];
      const consumer = own.client.consumer({ component: 'c', by, parkAfter: 2 });
      void consumer.run(
        (batch) => {
          if (batch.events.some(({ id }) => id === '4')) throw new Error('never');
          batches.push(batch);
        },
        { signal: own.stop.signal },
      );
      await until(() => idsOf(batches).length === 9);
      expect(idsOf(batches)).toEqual(upTo(10).filter((id) => id !== 4));
      expect(batches.find(({ missed }) => missed !== null)?.missed).toEqual({
        after: '3',
        upTo: '4',
      });
      const { events } = await own.client.listParked('c');
      expect(events).toMatchObject([{ id: '4', data: 3, error: 'never', tries: 2 }]);
      expect(await own.client.dropParked('c', ['4'])).toBe(1);
      expect(await own.client.listParked('c')).toMatchObject({ events: [], next: null });
    },
  );

  it.each(WAYS)(
    'by %s is told that it missed an event that is parked before any other',
    async (by) => {
      await own.add(3);
      const batches: ReceivedBatch[] = [];
      const read = () =>
        own.client.consumer({ component: 'c', by }).run(
          (batch) => {
            if (idsOf([batch]).includes(1)) throw new Error('never');
            batches.push(batch);
          },
          { signal: own.stop.signal },
        );
      const first = read();
      await until(async () => (await facts())?.failing?.event_id === '1');
      own.stop.abort();
      await first;
      own.stop = new AbortController();
      await own.client.changeConsumer('c', 1);
      const second = read();
      await until(() => idsOf(batches).includes(3));
      expect(idsOf(batches)).toEqual([2, 3]);
      expect(batches[0]?.missed).toEqual({ after: '0', upTo: '1' });
      own.stop.abort();
      await second;
    },
  );

  it('is given what was parked once more, marked, and its position stays', async () => {
    await own.add(5);
    let isBroken = true;
    const given: ReceivedBatch[] = [];
    const consumer = own.client.consumer({ component: 'c', parkAfter: 1 });
    void consumer.run(
      (batch) => {
        if (batch.isParked) given.push(batch);
        if (isBroken && batch.events.some(({ id }) => id === '2')) throw new Error('never');
      },
      { signal: own.stop.signal },
    );
    await until(async () => (await facts())?.cursor === '5');
    expect(await own.client.retryParked('c', null)).toBe(1);
    await until(() => given.length === 1);
    isBroken = false;
    await until(async () => !(await own.client.listParked('c')).events[0]?.asked_for);
    expect(await own.client.retryParked('c', ['2'])).toBe(1);
    await until(async () => (await facts())?.parked === 0);
    expect(given.map(({ after, upTo: end, missed }) => [after, end, missed])).toEqual([
      ['5', '5', null],
      ['5', '5', null],
    ]);
    expect(consumer.position).toEqual({ id: '5', epoch: 1 });
  });

  it(
    'at random, on nodes that come and go: each event was handled or is parked, and in order',
    async () => {
      const random = openRandom();
      console.info(`failing: SEED=${random.seed}`);
      await own.add(COUNT);
      /** Some fail for ever, some twice. */
      const bad = new Map(
        upTo(COUNT)
          .filter(() => random.below(12) === 0)
          .map((id) => [id, random.below(2) === 0 ? Number.POSITIVE_INFINITY : 2]),
      );
      await own.client.registerConsumer('c', { parkAfter: 3 });
      const nodes = [own.node, await own.node.another()];
      const handled: number[] = [];
      const onEvents = ({ events }: ReceivedBatch) => {
        for (const id of events.map((event) => Number(event.id))) {
          const left = bad.get(id) ?? 0;
          bad.set(id, left - 1);
          if (left > 0) throw new Error(`no ${id}`);
          if (id > (handled.at(-1) ?? 0)) handled.push(id);
          else expect(handled).toContain(id);
        }
      };
      const isDone = async () => (await facts())?.cursor === String(COUNT);
      for (let turn = 0; !(await isDone()); turn += 1) {
        const stop = new AbortController();
        const node = nodes[turn % 2] ?? own.node;
        const by = WAYS[random.below(2)];
        const consumer = createClient({ url: node.url }).consumer({ component: 'c', by });
        const run = consumer.run(onEvents, { signal: stop.signal });
        await pause(200 + random.below(400));
        stop.abort();
        await run;
      }
      const { events } = await own.client.listParked('c');
      const parked = events.map(({ id }) => Number(id));
      expect([...handled, ...parked].sort((a, b) => a - b)).toEqual(upTo(COUNT));
      expect(parked.every((id) => bad.get(id) === Number.POSITIVE_INFINITY)).toBe(true);
    },
    60_000 + COUNT * MS_PER_EVENT,
  );
});
