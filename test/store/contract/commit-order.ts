// The order of ids is the order in which events became visible, at any concurrency.
import type { DatabaseKind } from '../../support/databases.ts';
import { drainInbox, expectDense, makeDraft, makeDrafts, readAll } from '../../support/events.ts';
import type { OpenStore } from '../../support/open-store.ts';
import { openSqlSession, type SqlSession } from '../../support/sql-session.ts';
import type { Open } from './conformance.ts';

export function commitOrderContract(kind: DatabaseKind, open: Open): void {
  describe('commit order', () => {
    let opened: OpenStore;
    const sessions: SqlSession[] = [];
    const session = async () => {
      const opening = await openSqlSession(kind, opened.url);
      sessions.push(opening);
      return opening;
    };
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => {
      for (const each of sessions.splice(0)) await each.close();
      await opened.close();
    });

    it('puts an addEvent behind what was committed before it', async () => {
      const sql = await session();
      for (let round = 0; round < 5; round += 1) {
        await sql.insertEvent('BEFORE', String(round));
        await opened.store.append('main', [makeDraft('AFTER', round)]);
      }
      const rows = await readAll(opened.store);
      expectDense(rows);
      expect(rows.map((row) => `${row[1]} ${row[2]}`)).toEqual(
        [0, 1, 2, 3, 4].flatMap((round) => [`BEFORE ${round}`, `AFTER ${round}`]),
      );
    });

    it('drains a long inbox before it appends', async () => {
      const sql = await session();
      await opened.store.append('main', makeDrafts(1000, 'SOURCE'));
      await sql.run("insert into evt_inbox (type, data) select 'BULK', data from evt_queue");
      await sql.run(
        "insert into evt_inbox (type, data) select 'BULK', data from evt_queue where id <= 500",
      );
      const { first } = await opened.store.append('main', [makeDraft('LAST')]);
      expect(first).toBe('2501');
      const rows = await readAll(opened.store);
      expectDense(rows);
      expect(rows.slice(1000, 2500).every((row) => row[1] === 'BULK')).toBe(true);
      expect(rows.at(-1)?.[1]).toBe('LAST');
    });

    if (kind !== 'sqlite') {
      it('holds back only the events of a transaction that stays open', async () => {
        const [a, b] = [await session(), await session()];
        await a.run('begin');
        await a.insertEvent('A', '1');
        await b.insertEvent('B', '2');
        await opened.store.append('main', [makeDraft('CALL')]);
        await drainInbox(opened.store);
        expect((await readAll(opened.store)).map((row) => row[1])).toEqual(['B', 'CALL']);
        await a.run('commit');
        await drainInbox(opened.store);
        const rows = await readAll(opened.store);
        expectDense(rows);
        expect(rows.map((row) => row[1])).toEqual(['B', 'CALL', 'A']);
      });
    }

    it('loses and doubles nothing between writers, rollbacks and stepping nodes', async () => {
      const nodes = [opened.store, await opened.another(), await opened.another()];
      const writers = await Promise.all([session(), session(), session(), session()]);
      const committed: string[] = [];
      let isWriting = true;
      const stepping = nodes.map(async (node, place) => {
        for (let call = 0; isWriting; call += 1) {
          if (call % 3 === place) {
            const data = `"call ${place} ${call}"`;
            await node.append('main', [{ type: 'CALL', data }]);
            committed.push(data);
          } else {
            await node.moveInbox('main');
          }
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      });
      await Promise.all(
        writers.map(async (writer, place) => {
          for (let round = 0; round < 40; round += 1) {
            const data = [0, 1, 2].map((part) => `"tx ${place} ${round} ${part}"`);
            await writer.run(kind === 'sqlite' ? 'begin immediate' : 'begin');
            for (const text of data) await writer.insertEvent('TX', text);
            if (round % 5 === 4) {
              await writer.run('rollback');
            } else {
              await writer.run('commit');
              committed.push(...data);
            }
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
        }),
      );
      isWriting = false;
      await Promise.all(stepping);
      await drainInbox(opened.store);
      const rows = await readAll(opened.store);
      expectDense(rows);
      expect(rows.map((row) => row[2]).sort()).toEqual(committed.sort());
      for (const place of [0, 1, 2, 3]) {
        const own = rows.map((row) => row[2]).filter((text) => text.startsWith(`"tx ${place} `));
        const rounds = own.map((text) => Number(text.split(' ')[2]));
        expect(rounds).toEqual([...rounds].sort((x, y) => x - y));
      }
    });
  });
}
