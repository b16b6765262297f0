// A warehouse that cannot be reached stops those who need it, and nobody else.
import { createClient } from '../../src/client/index.ts';
import { createDatabase, describeDatabase } from '../support/databases.ts';
import { startApp } from '../support/start-app.ts';
import { openTcpPath } from '../support/tcp-path.ts';
import { until } from '../support/until.ts';

for (const kind of ['postgres', 'mysql'] as const) {
  describeDatabase(kind, 'a warehouse that is away', () => {
    it('stops those who begin in it, and nobody else, and is read when it is back', async () => {
      const warehouse = await createDatabase(kind);
      let isAway = false;
      const path = await openTcpPath(warehouse.url, (near, far) => {
        if (isAway) near.destroy();
        else near.pipe(far).pipe(near);
      });
      const node = await startApp(kind, {
        warehouseUrl: path.url,
        archiver: true,
        discarder: true,
        workerPeriodMs: 20,
        databaseTimeoutMs: 1000,
      });
      try {
        const client = createClient({ url: node.url });
        await client.registerConsumer('first');
        const drafts = Array.from({ length: 50 }, (_, data) => ({ type: 'T', data }));
        await client.addEvents(drafts);
        await client.call('pollEvents', { component: 'first', last_id: '40' });
        await until(async () => (await client.streamInfo()).discarded_up_to === '40');

        isAway = true;
        for (const socket of path.sockets) socket.destroy();
        await client.addEvents(drafts);
        await client.registerConsumer('now', { from: 'now' });
        await client.registerConsumer('oldest');
        const { events } = await client.call('pollEvents', { component: 'oldest' });
        expect(events).toHaveLength(60);
        expect(await client.streamInfo()).toMatchObject({ last: '100', readable_after: '40' });
        const late = client.registerConsumer('late', { from: { id: '0' } });
        await expect(late).rejects.toMatchObject({ code: 'StoreUnavailable' });

        isAway = false;
        await client.registerConsumer('late', { from: { id: '0' } });
        const polled = await client.call('pollEvents', { component: 'late' });
        expect(polled.events[0]?.id).toBe('1');
        expect(await client.streamInfo()).toMatchObject({ readable_after: '0' });
      } finally {
        await node.stop();
        await path.close();
        await warehouse.drop();
      }
    });
  });
}
