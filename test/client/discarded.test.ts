// A reader of the client whose place was discarded: it is told, by push as by poll.
import type { ReceivedBatch } from '../../src/client/index.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { until } from '../support/until.ts';
import { clientOn, idsOf, upTo } from './client-on.ts';

describeDrawnDatabase('a LIVE reader of what was discarded', (kind) => {
  const own = clientOn(kind, { discarder: true, workerPeriodMs: 20 });
  beforeEach(async () => {
    await own.client.registerConsumer('c');
    await own.add(10);
    await own.client.call('pollEvents', { component: 'c', last_id: '6' });
    await until(async () => (await own.client.streamInfo()).discarded_up_to === '6');
  });

  describe.each(['push', 'poll'] as const)('by %s', (by) => {
    it('is refused a begin behind which events are gone', async () => {
      const run = own.client.consumer({ by, from: { id: '5' } }).run(() => {});
      await expect(run).rejects.toMatchObject({
        code: 'CursorTooOld',
        details: { earliest: '7' },
      });
    });

    it('goes on from where it was, and is told what it has missed', async () => {
      const { epoch } = await own.client.streamInfo();
      const batches: ReceivedBatch[] = [];
      const { signal } = own.stop;
      const run = own.client
        .consumer({ by, position: { id: '2', epoch } })
        .run((batch) => batches.push(batch), { signal });
      await until(() => idsOf(batches).length === 4);
      expect(idsOf(batches)).toEqual(upTo(4, 7));
      expect(batches[0]?.missed).toEqual({ after: '2', upTo: '6' });
      own.stop.abort();
      await run;
    });

    it('begins at the last that is gone', async () => {
      const batches: ReceivedBatch[] = [];
      const { signal } = own.stop;
      const run = own.client
        .consumer({ by, from: { id: '6' } })
        .run((batch) => batches.push(batch), { signal });
      await until(() => idsOf(batches).length === 4);
      expect(batches[0]?.missed).toBeNull();
      own.stop.abort();
      await run;
    });
  });
});
