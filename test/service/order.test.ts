// A transaction that stays open delays its own events only; everybody sees one order.
import { databaseKinds, describeDatabase } from '../support/databases.ts';
import { call, type Pushed, RpcSocket } from '../support/rpc.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

// SQLite has one writer: there a second transaction waits for the first, and no commit can be out of order.
for (const kind of databaseKinds.filter((each) => each !== 'sqlite')) {
  describeDatabase(kind, 'commits out of order', () => {
    let node: StartedApp;
    beforeEach(async () => {
      node = await startApp(kind);
    });
    afterEach(() => node.stop());

    it('reach poll, push and LIVE in the order of commits, at once, without a hole', async () => {
      const other = await node.another();
      await call(node.url, 'registerConsumer', { component: 'push' });
      await call(node.url, 'registerConsumer', { component: 'poll' });
      const pushed: Pushed[] = [];
      const live: Pushed[] = [];
      const pushing = await RpcSocket.open(node.url, (batch) => pushed.push(batch) > 0);
      const living = await RpcSocket.open(other.url, (batch) => live.push(batch) > 0);
      await pushing.call('readyToReceive', { component: 'push' });
      await living.call('readyToReceive', { component: 'LIVE' });
      const seen = (batches: readonly Pushed[]) =>
        batches.flatMap((batch) => batch.params.events.map((event) => `${event.id} ${event.type}`));
      const poll = async (last: string) =>
        (
          await call(other.url, 'pollEvents', { component: 'poll', last_id: last, wait_ms: 5000 })
        ).events.map((event: { id: string; type: string }) => `${event.id} ${event.type}`);

      const [a, b] = await Promise.all(
        [0, 1].map(() => openSqlSession(kind, node.settings.databaseUrl)),
      );
      await a?.run('begin');
      await a?.insertEvent('A', '1');
      await b?.run('begin');
      await b?.insertEvent('B', '1');
      await b?.run('commit');
      await until(() => pushed.length === 1 && live.length === 1);
      expect(await poll('0')).toEqual(['1 B']);
      expect(await call(node.url, 'addEvent', { type: 'CALL' })).toBe('2');

      await a?.run('commit');
      const all = ['1 B', '2 CALL', '3 A'];
      await until(() => seen(pushed).length === 3 && seen(live).length === 3);
      expect(seen(pushed)).toEqual(all);
      expect(seen(live)).toEqual(all);
      await until(async () => (await poll('1')).length === 2);
      expect(await poll('1')).toEqual(all.slice(1));
      for (const session of [a, b]) await session?.close();
      for (const socket of [pushing, living]) await socket.close();
    });
  });
}
