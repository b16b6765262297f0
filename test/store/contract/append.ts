// Drafts get their ids.
import { expectDense, id, makeDraft, makeDrafts, readAll } from '../../support/events.ts';
import type { OpenStore } from '../../support/open-store.ts';
import type { Open } from './conformance.ts';

const LIMITS = { eventsMax: 1000, bytesMax: 4_194_304 };

export function appendContract(open: Open): void {
  describe('append', () => {
    let opened: OpenStore;
    beforeEach(async () => {
      opened = await open(['main', 'orders']);
    });
    afterEach(() => opened.close());

    it('gives contiguous ids from 1 on', async () => {
      const { store } = opened;
      expect((await store.append('main', makeDrafts(3))).first).toBe('1');
      expect((await store.append('main', makeDrafts(2))).first).toBe('4');
      const rows = await readAll(store);
      expect(rows.map((row) => row[0])).toEqual(['1', '2', '3', '4', '5']);
      expect((await store.streamState('main')).newest).toBe('5');
    });

    it('keeps each stream its own ids', async () => {
      const { store } = opened;
      await store.append('main', makeDrafts(2));
      expect((await store.append('orders', [makeDraft('ORDER')])).first).toBe('1');
      expect((await readAll(store, id(0), 'orders')).map((row) => row[1])).toEqual(['ORDER']);
    });

    it('keeps the text of the data, byte for byte', async () => {
      const { store } = opened;
      const texts = [
        '1.0',
        '1e400',
        '9007199254740993',
        '"😀 \\ud800 $$ $` $1 \' \\\\ \\" ? :x ??"',
        '{"a":1, "a":2,  "b":[ ]}',
        '"\\u0000"',
        `${'['.repeat(100)}${']'.repeat(100)}`,
        `"${'x'.repeat(1_048_576)}"`,
        'null',
        '""',
      ];
      await store.append(
        'main',
        texts.map((data) => ({ type: 'TEST', data })),
      );
      expect((await readAll(store)).map((row) => row[2])).toEqual(texts);
    });

    it('stamps events with the time of the database, in UTC and milliseconds', async () => {
      const { store } = opened;
      const before = Date.now();
      await store.append('main', [makeDraft()]);
      const ts = (await readAll(store))[0]?.[3] ?? '';
      expect(ts).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(Math.abs(Date.parse(ts) - before)).toBeLessThan(60_000);
    });

    it('takes a flush of the greatest size', async () => {
      const { store } = opened;
      await store.append('main', makeDrafts(1000));
      const large = Array.from({ length: 4 }, () => makeDraft('LARGE', '\\'.repeat(500_000)));
      await store.append('main', large);
      const rows = await readAll(store);
      expectDense(rows);
      expect(rows.length).toBe(1004);
    });

    it('numbers concurrent flushes of two nodes without gap or double', async () => {
      const nodes = [opened.store, await opened.another()];
      const calls = Array.from({ length: 60 }, (_, call) => {
        const node = nodes[call % 2] ?? opened.store;
        return node.append('main', makeDrafts(1 + (call % 5), `CALL_${call}`));
      });
      const answers = await Promise.all(calls);
      const rows = await readAll(opened.store);
      expectDense(rows);
      for (const [call, { first }] of answers.entries()) {
        const own = rows.filter((row) => row[1] === `CALL_${call}`).map((row) => row[0]);
        expect(own[0]).toBe(first);
        expect(own.length).toBe(1 + (call % 5));
      }
    });

    it('refuses a stream that is not there', async () => {
      await expect(opened.store.append('nowhere', [makeDraft()])).rejects.toMatchObject({
        code: expect.stringMatching(/StreamNotFound|InternalError/),
      });
    });

    it('reads at most as many bytes as asked for, and always one event', async () => {
      const { store } = opened;
      await store.append(
        'main',
        Array.from({ length: 10 }, () => makeDraft('LARGE', 'x'.repeat(100_000))),
      );
      const few = await store.readAfter('main', id(0), { eventsMax: 1000, bytesMax: 350_000 });
      expect(few.map((row) => row[0])).toEqual(['1', '2', '3']);
      const one = await store.readAfter('main', id(0), { eventsMax: 1000, bytesMax: 10 });
      expect(one.map((row) => row[0])).toEqual(['1']);
      expect(await store.readAfter('main', id(10), LIMITS)).toEqual([]);
    });

    it('counts the bytes of text, not its characters', async () => {
      const { store } = opened;
      const wide = Array.from({ length: 10 }, () => makeDraft('WIDE', '表'.repeat(30_000)));
      await store.append('main', wide);
      const few = await store.readAfter('main', id(0), { eventsMax: 1000, bytesMax: 300_000 });
      expect(few.map((row) => row[0])).toEqual(['1', '2', '3']);
    });
  });
}
