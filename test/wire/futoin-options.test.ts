// Settings that the original had as options, as its clients see them: what is allowed, and how large batches are.
import { describeDrawnDatabase } from '../support/databases.ts';
import { until } from '../support/until.ts';
import { bench } from './judge/bench.ts';

/** The original says SecurityError, we say Unauthorized: FTN3 knows both, and both are no reason to try again. */
const REFUSED = { code: expect.stringMatching(/^(SecurityError|Unauthorized)$/) };

describeDrawnDatabase('FutoIn clients of a server', (kind) => {
  describe('that allows no reliable delivery', () => {
    const own = bench(kind, { allowReliable: false });

    it('may receive LIVE and not register', async () => {
      const live = await own.receive('LIVE');
      await live.ready();
      const id = await own.gen.addEvent('A', 1);
      await until(() => live.events.at(-1)?.id === id);
      expect(await own.poll.pollEvents('LIVE')).toHaveLength(1);
      await expect(own.poll.registerConsumer('c')).rejects.toMatchObject(REFUSED);
      await expect(own.poll.pollEvents('c')).rejects.toMatchObject(REFUSED);
    });
  });

  describe('that allows no polling', () => {
    const own = bench(kind, { allowPolling: false });

    it('may be pushed to and not poll', async () => {
      const receiver = await own.receive('pushed');
      await receiver.ready();
      const id = await own.gen.addEvent('A', 1);
      await until(() => receiver.events.at(-1)?.id === id);
      await expect(own.poll.pollEvents('pushed')).rejects.toMatchObject(REFUSED);
      await expect(own.poll.pollEvents('LIVE')).rejects.toMatchObject(REFUSED);
    });
  });

  describe('with small batches', () => {
    const own = bench(kind, { batchMax: 10 });

    it('get no more events at once than that', async () => {
      for (let nth = 0; nth < 35; nth += 1) await own.gen.addEvent('A', nth);
      await own.poll.registerConsumer('polling');
      expect(await own.poll.pollFor(10, 'polling')).toHaveLength(10);
      const receiver = await own.receive('pushed');
      await until(() => receiver.events.length >= 35);
      expect(receiver.events).toHaveLength(35);
      expect(Math.max(...receiver.batches.map((batch) => batch.length))).toBe(10);
    });
  });
});
