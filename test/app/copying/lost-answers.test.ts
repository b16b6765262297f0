// Answers to commits of a copy that are lost: whether a batch is there is asked, and it goes in once.
import { isServiceError } from '../../../src/contract/errors.ts';
import { Store } from '../../../src/store/store.ts';
import { describeDatabase, serverKinds } from '../../support/databases.ts';
import { openLossyWire, PLAIN_COMMIT } from '../../support/lossy-wire.ts';
import { append, Places, rowsOf } from './places.ts';
import { copyRun, from, queueAt, to } from './runs.ts';

const LOSSES = 3;
const EVENTS = 500;

const places = new Places();
beforeEach(() => places.open());
afterEach(() => places.close());

for (const kind of serverKinds) {
  describeDatabase(kind, 'a copy whose commits lose their answers', () => {
    it('has each event once, and counts it once', async () => {
      const here = await places.database(kind);
      const there = await places.database(kind);
      const store = await here.store();
      await append(store, EVENTS);
      await there.store();
      const wire = await openLossyWire(kind, there.url, PLAIN_COMMIT[kind]);
      const options = { database: wire.url, poolMax: 4, timeoutMs: 10_000 };
      const copied = await Store.open(options);
      const codes: string[] = [];
      let lost = 0;
      let isArmed = false;
      const lose = async () => {
        if (isArmed || lost === LOSSES) return;
        isArmed = true;
        void wire.loseCommit().then(() => {
          wire.mend();
          lost += 1;
          isArmed = false;
        });
      };
      try {
        const { job, copiedNow } = await copyRun({
          ...{ source: from(queueAt(store)), destination: to(queueAt(copied)), leaseMs: 10_000 },
          onWatermark: lose,
          onError: (error) => codes.push(isServiceError(error) ? error.code : String(error)),
        }).run();
        expect(job).toMatchObject({ status: 'done', copied: EVENTS, watermark: String(EVENTS) });
        expect(copiedNow).toBe(EVENTS);
      } finally {
        await copied.close();
        await wire.close();
      }
      expect(lost).toBe(LOSSES);
      // Some of them were those of renewals, which are asked for again at once.
      expect(codes).toContain('OutcomeUnknown');
      expect(await rowsOf(there)).toEqual(await rowsOf(here));
    });
  });
}
