// Consumers in an epoch above the first, which ask where the histories forked before they hand over their first batch:
// what becomes of that batch when nobody answers.
import { type CallError, createClient, type ReceivedBatch } from '../../src/client/index.ts';
import { Store } from '../../src/store/store.ts';
import { pause } from '../support/pause.ts';
import { openTcpPath, type TcpPath } from '../support/tcp-path.ts';
import { until } from '../support/until.ts';
import { clientOn, idsOf, upTo } from './client-on.ts';

const QUICK_STOPS = 60;

describe.each(['push', 'poll'] as const)('a consumer by %s in a later epoch', (by) => {
  const own = clientOn('sqlite');
  let path: TcpPath;
  /** Of the question where histories forked: whether it goes through. */
  let onQuestion: () => 'passed on' | 'held' | 'cut';
  beforeEach(async () => {
    const store = await Store.open({
      database: own.node.settings.databaseUrl,
      poolMax: 1,
      timeoutMs: 10_000,
    });
    await store.epochs.begin('main');
    await store.close();
    await own.add(10);
    onQuestion = () => 'passed on';
    path = await openTcpPath(own.node.url, (near, far) => {
      far.pipe(near);
      near.on('end', () => far.end());
      near.on('data', (part) => {
        const fate = part.includes('"streamInfo"') ? onQuestion() : 'passed on';
        if (fate === 'passed on') far.write(part);
        if (fate === 'cut') near.destroy();
      });
    });
  });
  afterEach(() => path.close());

  function read() {
    const batches: ReceivedBatch[] = [];
    const troubles: { code?: string; atMs: number }[] = [];
    const stop = new AbortController();
    const consumer = createClient({ url: path.url }).consumer({
      component: 'c',
      by,
      onTrouble: (error) => {
        troubles.push({ code: (error as CallError).code, atMs: performance.now() });
      },
    });
    const run = consumer.run((batch) => batches.push(batch), {
      signal: AbortSignal.any([stop.signal, own.stop.signal]),
    });
    return { batches, troubles, consumer, stop, run };
  }

  it('tells that it cannot ask, acknowledges nothing, and has every event once it can', async () => {
    let isCut = true;
    onQuestion = () => (isCut ? 'cut' : 'passed on');
    const { batches, troubles, consumer, run } = read();
    await until(() => troubles.length >= 4);
    expect(new Set(troubles.map(({ code }) => code))).toEqual(new Set(['ConnectError']));
    // It asks more and more rarely: the third pause is of 200 ms at least, and timers are a little early at times.
    const [third, fourth] = troubles.slice(2).map(({ atMs }) => atMs);
    expect(Number(fourth) - Number(third)).toBeGreaterThan(190);
    expect(batches).toEqual([]);
    expect(consumer.position).toBeNull();
    expect(await own.cursorOf('c')).toBe('0');
    isCut = false;
    await until(() => idsOf(batches).length >= 10);
    expect(idsOf(batches)).toEqual(upTo(10));
    expect(batches[0]?.forks).toEqual([{ epoch: batches[0]?.epoch, beganAfter: '0' }]);
    own.stop.abort();
    await run;
    expect(await own.cursorOf('c')).toBe('10');
  });

  it('ends when it is told to while it asks, and hands over nothing', async () => {
    const { batches, troubles, stop, run } = read();
    onQuestion = () => {
      stop.abort();
      return 'held';
    };
    await run;
    expect([batches, troubles]).toEqual([[], []]);
    expect(await own.cursorOf('c')).toBe('0');
  });

  it('ends whenever it is told to, and was told of no trouble', async () => {
    for (let nth = 0; nth < QUICK_STOPS; nth += 1) {
      const { troubles, stop, run } = read();
      await pause(nth / 4);
      stop.abort();
      await run;
      expect(troubles).toEqual([]);
    }
  });
});
