// A call with an idempotency key adds its events once, however often and wherever it is tried.
import { ServiceError } from '../../../src/contract/errors.ts';
import type { KeyedCall } from '../../../src/store/store.ts';
import type { DatabaseKind } from '../../support/databases.ts';
import { expectDense, makeDraft, makeDrafts, readAll } from '../../support/events.ts';
import type { OpenStore } from '../../support/open-store.ts';
import { openSqlSession, type SqlSession } from '../../support/sql-session.ts';
import type { Open } from './conformance.ts';

const keyed = (key: string, content = 'A', count = 1, principal = 'shop'): KeyedCall => ({
  principal,
  key,
  hash: content,
  drafts: makeDrafts(count, content),
});
const conflict = expect.objectContaining({ code: 'IdempotencyConflict' });

export function keysContract(kind: DatabaseKind, open: Open): void {
  describe('idempotency keys', () => {
    let opened: OpenStore;
    let sql: SqlSession;
    const append = async (...calls: KeyedCall[]) =>
      (await opened.store.appendKeyed('main', calls)).answers;
    const typesOf = async () => (await readAll(opened.store)).map((row) => row[1]);
    const keysIn = async () => (await sql.run('select stream from evt_keys')).length;
    beforeEach(async () => {
      opened = await open(['main', 'orders']);
      sql = await openSqlSession(kind, opened.url);
    });
    afterEach(async () => {
      await sql.close();
      await opened.close();
    });

    it('give the same ids again, and add nothing', async () => {
      expect(await append(keyed('a', 'A', 3))).toEqual(['1']);
      await opened.store.append('main', [makeDraft('PLAIN')]);
      expect(await append(keyed('b', 'B'))).toEqual(['5']);
      expect(await opened.store.appendKeyed('main', [keyed('a', 'A', 3), keyed('b', 'B')])).toEqual(
        {
          answers: ['1', '5'],
          appended: 0,
          repeated: 2,
          moved: 0,
        },
      );
      expect(await typesOf()).toEqual(['A', 'A', 'A', 'PLAIN', 'B']);
    });

    it('stand for one content, also within a flush: a conflict fails for itself', async () => {
      await append(keyed('a'));
      expect(
        await append(
          keyed('b', 'B', 2),
          keyed('a', 'OTHER'),
          keyed('b', 'B', 2),
          keyed('b', 'OTHER'),
          keyed('c', 'C'),
        ),
      ).toEqual(['2', conflict, '2', conflict, '4']);
      expect(await typesOf()).toEqual(['A', 'B', 'B', 'C']);
    });

    it('belong to a principal and to a stream, and are compared byte for byte', async () => {
      const odd = [
        'a',
        'A',
        "'",
        '\\',
        '\\\\',
        '"',
        '%',
        '_',
        '?',
        ':x',
        '$1',
        '`',
        '!'.repeat(128),
      ];
      const calls = odd.map((key, place) => keyed(key, `T${place}`));
      const ids = await append(...calls, keyed('a', 'OTHER', 1, 'bank'));
      expect(ids).toEqual(ids.map((_, place) => String(place + 1)));
      const other = await opened.store.appendKeyed('orders', [keyed('a', 'OTHER')]);
      expect(other.answers).toEqual(['1']);
      expect(await append(...calls, keyed('a', 'OTHER', 1, 'bank'))).toEqual(ids);
    });

    it('fill a flush of the greatest size', async () => {
      const calls = Array.from({ length: 1000 }, (_, n) => keyed(`${n}`, 'T', 1, `p${n % 30}`));
      const ids = calls.map((_, place) => String(place + 1));
      expect(await append(...calls)).toEqual(ids);
      expect(await append(...calls)).toEqual(ids);
      expect(await typesOf()).toHaveLength(1000);
    });

    it('are one event when two nodes are given the same at once', async () => {
      const nodes = [opened.store, await opened.another()];
      for (let round = 0; round < 200; round += 1) {
        const calls = [keyed(`one ${round}`.replace(' ', '-')), keyed(`two-${round}`, 'B', 2)];
        const [here, there] = await Promise.all(
          nodes.map((node, place) =>
            node.appendKeyed('main', place === 0 ? calls : [...calls].reverse()),
          ),
        );
        expect([...(here?.answers ?? [])].reverse()).toEqual(there?.answers);
        expect((here?.repeated ?? 0) + (there?.repeated ?? 0)).toBe(2);
      }
      const rows = await readAll(opened.store);
      expectDense(rows);
      expect(rows).toHaveLength(600);
    });

    it('follow what was committed in the inbox before', async () => {
      await append(keyed('a'));
      await opened.store.append('main', makeDrafts(600, 'SOURCE'));
      await sql.run("insert into evt_inbox (type, data) select 'BULK', data from evt_queue");
      expect(await append(keyed('a'), keyed('b', 'LAST'))).toEqual(['1', '1203']);
      const types = await typesOf();
      expectDense(await readAll(opened.store));
      expect(types.slice(601, 1202).every((type) => type === 'BULK')).toBe(true);
      expect(types.at(-1)).toBe('LAST');
    });

    it('are written with their events or not at all', async () => {
      await sql.run(
        "insert into evt_queue (id, type, data, ts) values (2, 'STRAY', '1', '2026-01-01')",
      );
      await expect(append(keyed('a', 'A', 2))).rejects.toMatchObject({ code: 'InternalError' });
      expect(await keysIn()).toBe(0);
      await sql.run('delete from evt_queue');
      expect(await append(keyed('a', 'OTHER'))).toEqual(['1']);
      expect(await keysIn()).toBe(1);
    });

    it('answer on a sealed stream what was there, and refuse the rest', async () => {
      await append(keyed('a'));
      await sql.run("update evt_streams set status = 'sealed' where name = 'main'");
      const answers = await append(keyed('a'), keyed('b'), keyed('a', 'OTHER'));
      expect(answers).toEqual(['1', expect.objectContaining({ code: 'StreamSealed' }), conflict]);
      expect(answers[1]).toBeInstanceOf(ServiceError);
      expect(await typesOf()).toEqual(['A']);
    });

    it('that a refused flush did not write are in nobody’s way', async () => {
      await sql.run("update evt_streams set status = 'sealed' where name = 'main'");
      const sealed = expect.objectContaining({ code: 'StreamSealed' });
      const calls = [keyed('a'), keyed('a'), keyed('a', 'OTHER')];
      expect(await opened.store.appendKeyed('main', calls)).toEqual({
        answers: [sealed, sealed, sealed],
        appended: 0,
        repeated: 0,
        moved: 0,
      });
    });

    it('are forgotten by their age, a few at a time, in all streams', async () => {
      const { store } = opened;
      await append(...Array.from({ length: 5 }, (_, n) => keyed(`${n}`)));
      await store.appendKeyed('orders', [keyed('a')]);
      expect(await store.deleteKeys(600_000, 10)).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await store.deleteKeys(5, 3)).toBe(3);
      expect(await store.deleteKeys(5, 3)).toBe(3);
      expect(await store.deleteKeys(5, 3)).toBe(0);
      expect(await keysIn()).toBe(0);
      expect(await append(keyed('0', 'OTHER'))).toEqual(['6']);
    });

    it('are found as fast when there are many', async () => {
      const { store } = opened;
      await append(keyed('first'));
      const [name, text, quote] =
        kind === 'mysql'
          ? ['utc_timestamp(3)', "concat('k', id)", '`']
          : ["'2026-01-01'", "'k' || id", '"'];
      for (let part = 0; part < 20; part += 1) await store.append('main', makeDrafts(1000));
      await sql.run(`insert into evt_keys
          (stream, principal, ${quote}key${quote}, hash, ${quote}first${quote}, ${quote}last${quote}, at)
        select 'main', 'shop', ${text}, 'A', id, id, ${name} from evt_queue`);
      const startedMs = performance.now();
      const calls = Array.from({ length: 1000 }, (_, n) => keyed(`k${n + 2}`));
      for (let round = 0; round < 3; round += 1) {
        expect(await append(...calls)).toEqual(calls.map((_, n) => String(n + 2)));
      }
      // One look at each key of the table for each call took minutes.
      expect(performance.now() - startedMs).toBeLessThan(5000);
    });

    it('may be deleted while a flush uses them', async () => {
      const { store } = opened;
      let isRunning = true;
      const deleting = (async () => {
        while (isRunning) await store.deleteKeys(0, 10);
      })();
      const ids: unknown[] = [];
      for (let round = 0; round < 100; round += 1) {
        ids.push(...(await append(keyed(`${round % 7}`, `T${round % 7}`))));
      }
      isRunning = false;
      await deleting;
      expect(ids.every((each) => typeof each === 'string')).toBe(true);
      expectDense(await readAll(store));
    });
  });
}
