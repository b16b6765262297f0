// An effect that catches an error of the database and goes on: where the database has rolled its transaction back, the
// cursor must not be committed alone.
import { describeDatabase } from '../../support/databases.ts';
import { until } from '../../support/until.ts';
import { HANDLES } from './handles.ts';
import { batchOf, Scene } from './scene.ts';

const ENDED = { code: 'TransactionEnded', isFinal: false };

describeDatabase('mysql', 'a deadlock that an effect swallows', (kind) => {
  describe.each(HANDLES[kind])('over $name', (handleKind) => {
    it('leaves cursor and effect alone, and the batch succeeds when it comes again', async () => {
      const scene = await Scene.open(kind, handleKind);
      const { session } = scene;
      await session.run(
        'create table places (id integer primary key, taken integer) engine = InnoDB',
      );
      await session.run('insert into places select seq, 0 from seq_1_to_100');
      const handle = await scene.handle();
      const kit = scene.kit(handle);
      let deadlocks = 0;
      const handler = scene.handlerOf(kit, handle, {
        behind: async (tx) => {
          await handle.run(tx, 'update places set taken = taken + 1 where id = 1');
          if (deadlocks > 0) return;
          // The one that has written less is rolled back.
          await session.run('begin');
          await session.run('update places set taken = taken + 1 where id > 1');
          const waiting = session.run('update places set taken = taken + 1 where id = 1');
          await until(async () => {
            const rows = await other.run(
              "select id from information_schema.processlist where info like 'update places%where id = 1'",
            );
            return rows.length > 0;
          });
          await handle.run(tx, 'update places set taken = taken + 1 where id = 2').catch(() => {
            deadlocks += 1;
          });
          await waiting;
          await session.run('commit');
        },
      });
      const other = await scene.another();
      await expect(handler(batchOf(0, 3))).rejects.toMatchObject(ENDED);
      expect(deadlocks).toBe(1);
      expect(await scene.effects()).toEqual([]);
      expect(await scene.stored()).toEqual(['0', '1', '1']);
      await handler(batchOf(0, 3));
      expect(await scene.effects()).toEqual(['1', '2', '3']);
      await scene.close();
    });
  });
});

describeDatabase('postgres', 'an error that an effect swallows', (kind) => {
  it.each(HANDLES[kind])('leaves cursor and effect alone over $name', async (handleKind) => {
    const scene = await Scene.open(kind, handleKind);
    const handle = await scene.handle();
    const handler = scene.handlerOf(scene.kit(handle), handle, {
      behind: (tx) => handle.run(tx, 'select 1 / 0').catch(() => {}),
    });
    await expect(handler(batchOf(0, 3))).rejects.toMatchObject(ENDED);
    expect(await scene.effects()).toEqual([]);
    expect(await scene.stored()).toEqual(['0', '1', '1']);
    await scene.close();
  });
});
