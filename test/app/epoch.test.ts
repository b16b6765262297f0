// aftercommit epoch, as an operator uses it behind a restore.
import { describeDrawnDatabase } from '../support/databases.ts';
import { makeDrafts } from '../support/events.ts';
import { type OpenStore, openStore } from '../support/open-store.ts';
import { cli, linesOf } from './run-cli.ts';

describeDrawnDatabase('aftercommit epoch', (kind) => {
  let opened: OpenStore;
  beforeEach(async () => {
    opened = await openStore(kind, ['main', 'orders']);
    await opened.store.append('main', makeDrafts(7));
  });
  afterEach(() => opened.close());
  const run = (...args: string[]) =>
    cli(args, { env: { EVT_DATABASE_URL: opened.url, EVT_STREAMS: 'main,orders' } });

  it('begins one on each stream, or on those that are named, and lists them', async () => {
    const begun = await run('epoch', 'begin');
    expect(begun.code).toBe(0);
    const [main, orders] = await Promise.all([
      opened.store.streamState('main'),
      opened.store.streamState('orders'),
    ]);
    expect(main.forks).toEqual([{ epoch: main.epoch, beganAfter: '7' }]);
    expect(orders.forks).toEqual([{ epoch: orders.epoch, beganAfter: '0' }]);
    const [head, ...rows] = linesOf(begun.stdout);
    expect(head).toMatch(/^STREAM +EPOCH +BEGAN AFTER +AT$/);
    expect(rows).toEqual([
      expect.stringMatching(new RegExp(`^main +${main.epoch} +7 +2\\d{3}-.*Z$`)),
      expect.stringMatching(new RegExp(`^orders +${orders.epoch} +0 +2\\d{3}-.*Z$`)),
    ]);

    const again = await run('epoch', 'begin', 'orders', '--json');
    const [facts] = JSON.parse(again.stdout);
    expect(facts).toMatchObject({ stream: 'orders', began_after: '0' });
    expect(facts.epoch).toBeGreaterThan(orders.epoch);
    expect((await opened.store.streamState('main')).epoch).toBe(main.epoch);
    const listed = JSON.parse((await run('epoch', 'list', 'orders', '--json')).stdout);
    expect(listed.map(({ epoch }: { epoch: number }) => epoch)).toEqual([
      1,
      orders.epoch,
      facts.epoch,
    ]);
    expect(linesOf((await run('epoch')).stdout)).toHaveLength(1 + 2 + 3);
  });

  it('refuses streams that are not there, and names that are none', async () => {
    expect(await run('epoch', 'begin', 'none')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no such stream'),
    });
    expect(await run('epoch', 'begin', 'No')).toMatchObject({ code: 2 });
  });
});
