// Two instances of one consumer: the newer one takes it, the older one has no effect any more.
import { Deferred } from '../../../src/base/deferred.ts';
import { type DatabaseKind, describeDatabases } from '../../support/databases.ts';
import { until } from '../../support/until.ts';
import { HANDLES } from './handles.ts';
import { batchOf, idsOf, Scene } from './scene.ts';

const FENCED = { name: 'ExactlyOnceError', code: 'Fenced', isFinal: true };

/** Who waits for the row in this database; SQLite tells nobody. */
const WAITING: Readonly<Record<DatabaseKind, string | null>> = {
  sqlite: null,
  postgres: `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  mysql: `select id from information_schema.processlist
           where db = database() and id <> connection_id() and info like '%into evt_cursors%'`,
};

describeDatabases('two instances of one consumer', (kind) => {
  describe.each(HANDLES[kind])('over $name', (handleKind) => {
    let scene: Scene;
    beforeEach(async () => {
      scene = await Scene.open(kind, handleKind);
    });
    afterEach(() => scene.close());

    async function instance(entered?: Deferred<void>, released?: Promise<unknown>) {
      const handle = await scene.handle();
      const kit = scene.kit(handle);
      const before = async () => {
        entered?.resolve();
        await released;
      };
      return { kit, handler: scene.handlerOf(kit, handle, { before }) };
    }

    async function untilSomebodyWaits(): Promise<void> {
      const sql = WAITING[kind];
      if (sql !== null) await until(async () => (await scene.session.run(sql)).length > 0);
    }

    it('lets only the newer one go on', async () => {
      const older = await instance();
      const newer = await instance();
      await older.kit.open();
      await older.handler(batchOf(0, 3));
      expect(await newer.kit.open()).toEqual({ id: '3', epoch: 1 });
      await expect(older.handler(batchOf(3, 6))).rejects.toMatchObject(FENCED);
      await expect(older.handler(batchOf(0, 3))).rejects.toMatchObject(FENCED);
      await newer.handler(batchOf(3, 6));
      await expect(older.handler(batchOf(6, 9))).rejects.toMatchObject({
        ...FENCED,
        details: { consumer: 'billing', stream: 'main' },
      });
      expect(older.kit.position).toEqual({ id: '3', epoch: 1 });
      expect(await scene.effects()).toEqual(idsOf(batchOf(0, 6)));
      expect(await scene.stored()).toEqual(['6', '1', '2']);
    });

    it('lets the older one have the consumer back when it opens again', async () => {
      const older = await instance();
      const newer = await instance();
      await older.handler(batchOf(0, 3));
      await newer.handler(batchOf(0, 5));
      expect(await older.kit.open()).toEqual({ id: '5', epoch: 1 });
      await older.handler(batchOf(3, 6));
      await expect(newer.handler(batchOf(5, 9))).rejects.toMatchObject(FENCED);
      expect(await scene.effects()).toEqual(idsOf(batchOf(0, 6)));
    });

    it('lets the newer one open behind an effect that the older one is in the middle of', async () => {
      const entered = new Deferred<void>();
      const released = new Deferred<void>();
      const older = await instance(entered, released.promise);
      const newer = await instance();
      const first = older.handler(batchOf(0, 3));
      await entered.promise;
      const second = older.handler(batchOf(3, 6));
      const opening = newer.kit.open();
      await untilSomebodyWaits();
      expect(newer.kit.position).toBeNull();
      released.resolve();
      await first;
      const outcomes = await Promise.allSettled([second]);
      const { id } = await opening;
      // Whether the older one's next transaction came before or behind the newer one's, nothing lies between.
      expect(id).toBe(outcomes[0]?.status === 'fulfilled' ? '6' : '3');
      await newer.handler(batchOf(0, 9));
      await expect(older.handler(batchOf(9, 12))).rejects.toMatchObject(FENCED);
      expect(await scene.effects()).toEqual(idsOf(batchOf(0, 9)));
    });

    it('gives the newer one the old place when the effect of the older one fails', async () => {
      const entered = new Deferred<void>();
      const failed = new Deferred<void>();
      const older = await instance(entered, failed.promise);
      const newer = await instance();
      const first = older.handler(batchOf(0, 3));
      await entered.promise;
      const opening = newer.kit.open();
      await untilSomebodyWaits();
      failed.reject(new Error('no'));
      await expect(first).rejects.toThrow('no');
      expect(await opening).toEqual({ id: '0', epoch: 1 });
      await newer.handler(batchOf(0, 3));
      expect(await scene.effects()).toEqual(idsOf(batchOf(0, 3)));
    });

    it('fences off everybody when the row is gone', async () => {
      const { kit, handler } = await instance();
      await handler(batchOf(0, 3));
      await scene.session.run('delete from evt_cursors');
      await expect(handler(batchOf(3, 6))).rejects.toMatchObject(FENCED);
      expect(await kit.open()).toEqual({ id: '0', epoch: 1 });
    });

    it('does not fence itself off when it opens and works at once', async () => {
      const { kit, handler } = await instance();
      const calls = [kit.open(), handler(batchOf(0, 3)), kit.open(), handler(batchOf(3, 6))];
      await Promise.all(calls);
      expect(await scene.effects()).toEqual(idsOf(batchOf(0, 6)));
      expect(await scene.stored()).toEqual(['6', '1', '2']);
    });
  });
});
