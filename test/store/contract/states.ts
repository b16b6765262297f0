// The state of a stream: begun anew without holding everybody up, whoever dies or comes meanwhile.
import type { Knex } from 'knex';
import type { EventId } from '../../../src/contract/event-id.ts';
import type { Dialect } from '../../../src/store/dialect.ts';
import { emptyProjection } from '../../../src/store/queries/state.ts';
import type { StateItem } from '../../../src/store/states.ts';
import { applicationKnex } from '../../support/application-knex.ts';
import type { DatabaseKind } from '../../support/databases.ts';
import { id } from '../../support/events.ts';
import type { OpenStore } from '../../support/open-store.ts';
import { pause } from '../../support/pause.ts';
import { openSqlSession } from '../../support/sql-session.ts';
import type { Open } from './conformance.ts';

const stream = 'main';
const KINDS = ['a'];
const facts = (config: string, generation: number) => ({
  ...{ config, generation, cursor: id(0), epoch: 1, readyAt: id(0), resumableFrom: id(0) },
});

export function statesContract(kind: DatabaseKind, open: Open): void {
  describe('the state', () => {
    let opened: OpenStore;
    const items = (count: number, version?: EventId): StateItem[] =>
      Array.from({ length: count }, (_, nth) => ({
        ...{ kind: 'a', key: `k${nth}`, version: version ?? id(nth + 1), value: '1' },
      }));
    const write = (config: string, from: EventId, to: EventId, some: StateItem[]) =>
      opened.store.states.write({ stream, config, from, to, epoch: 1 }, [{ items: some }]);
    const keys = async () => {
      const read = await opened.store.states.read(stream, KINDS);
      return [read?.facts.config, read?.items.length];
    };
    beforeEach(async () => {
      opened = await open();
      expect(await opened.store.states.reset(stream, facts('one', 1))).toBe(true);
      expect(await write('one', id(0), id(2500), items(2500))).toBe(true);
    });
    afterEach(() => opened.close());

    it('is begun anew with nothing, once', async () => {
      const { states } = opened.store;
      expect(await states.reset(stream, facts('two', 2))).toBe(true);
      expect(await keys()).toEqual(['two', 0]);
      expect(await states.reset(stream, facts('three', 2))).toBe(false);
      expect(await write('one', id(2500), id(2501), items(1))).toBe(false);
      expect(await write('two', id(0), id(1), items(1))).toBe(true);
      expect(await keys()).toEqual(['two', 1]);
    });

    it('is begun anew where many items are of one event', async () => {
      const { states } = opened.store;
      expect(await write('one', id(2500), id(2501), items(2500, id(2501)))).toBe(true);
      expect(await states.reset(stream, facts('two', 2))).toBe(true);
      expect(await keys()).toEqual(['two', 0]);
    });

    it('is nobody’s until all of before is forgotten, and is begun anew by the next where that was not', async () => {
      const { states } = opened.store;
      const sql = await openSqlSession(kind, opened.url);
      // As who dies meanwhile leaves it.
      await sql.run("update evt_projections set config = '', generation = 2 where stream = 'main'");
      await sql.close();
      expect(await write('one', id(2500), id(2501), items(1))).toBe(false);
      expect(await write('two', id(2500), id(2501), items(1))).toBe(false);
      expect(await states.reset(stream, facts('two', 3))).toBe(true);
      expect(await keys()).toEqual(['two', 0]);
    });

    it('is that of who began last, and loses nothing to who is still about to forget', async () => {
      const { states } = opened.store;
      expect(await states.reset(stream, facts('two', 2))).toBe(true);
      expect(await write('two', id(0), id(7), items(7))).toBe(true);
      const db = applicationKnex(kind, opened.url);
      const dialect = {
        forUpdate: (query: Knex.QueryBuilder) => query.forUpdate(),
        idText: (column: string) => db.ref(column),
      } as unknown as Dialect;
      const emptied = (generation: number) =>
        db.transaction((tx) =>
          emptyProjection(tx, dialect, { stream, config: 'late', generation }, id(0)),
        );
      try {
        expect(await emptied(1)).toBe(false);
        expect(await emptied(2)).toBe(false);
      } finally {
        await db.destroy();
      }
      expect(await keys()).toEqual(['two', 7]);
    });

    it('is that of one of two who begin at the same time', async () => {
      const other = await opened.another();
      const both = [opened.store, other].map(({ states }, nth) =>
        states.reset(stream, facts(`both-${nth}`, 2)),
      );
      const found = await Promise.all(both);
      expect([...found].sort()).toEqual([false, true]);
      expect(await keys()).toEqual([`both-${found.indexOf(true)}`, 0]);
    });

    it('forgets what was removed long ago, all of it', async () => {
      const { states } = opened.store;
      const removed = items(2500).map((item) => ({ ...item, value: null }));
      expect(await write('one', id(2500), id(2501), removed.slice(0, 2400))).toBe(true);
      await pause(20);
      let forgotten = 0;
      for (;;) {
        const count = await states.purgeRemoved(stream, 1);
        forgotten += count;
        if (count === 0) break;
        expect(count).toBeLessThanOrEqual(1000);
      }
      expect(forgotten).toBe(2400);
      expect(await keys()).toEqual(['one', 100]);
      expect((await states.find(stream))?.resumableFrom).toBe('2400');
    });
  });
}
