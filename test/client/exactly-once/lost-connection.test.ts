// Connections that end in the middle: before the commit nothing was done, and when only the commit's answer is lost,
// the cursor knows.
import { describeDatabase, type ServerKind, serverKinds } from '../../support/databases.ts';
import { type LossyWire, openLossyWire, PLAIN_COMMIT } from '../../support/lossy-wire.ts';
import { HANDLES } from './handles.ts';
import { batchOf, idsOf, Scene } from './scene.ts';

const CUT_OWN: Readonly<Record<ServerKind, string>> = {
  postgres: 'select pg_terminate_backend(pg_backend_pid())',
  mysql: 'kill connection_id()',
};

for (const kind of serverKinds) {
  describeDatabase(kind, 'a connection that is lost', () => {
    describe.each(HANDLES[kind])('over $name', (handleKind) => {
      let scene: Scene;
      let wire: LossyWire;
      beforeEach(async () => {
        scene = await Scene.open(kind, handleKind);
        wire = await openLossyWire(kind, scene.url, PLAIN_COMMIT[kind]);
      });
      afterEach(async () => {
        wire.mend();
        await scene.close();
        await wire.close();
      });

      async function instance() {
        const handle = await scene.handle(wire.url);
        const kit = scene.kit(handle);
        let effects = 0;
        const before = async () => {
          effects += 1;
        };
        const handler = scene.handlerOf(kit, handle, { before });
        return { handle, kit, handler, effects: () => effects };
      }

      it('with the answer to COMMIT doubles nothing when the batch comes again', async () => {
        const first = await instance();
        await first.handler(batchOf(0, 3));
        const lost = wire.loseCommit();
        const call = first.handler(batchOf(3, 6));
        await lost;
        await expect(call).rejects.not.toMatchObject({ name: 'ExactlyOnceError' });
        expect(first.kit.position).toEqual({ id: '3', epoch: 1 });
        wire.mend();

        // A single connection does not come back: an application that uses one starts anew.
        const next = handleKind.isPool ? first : await instance();
        const countBefore = next.effects();
        await next.handler(batchOf(3, 6));
        expect(next.effects()).toBe(countBefore);
        await next.handler(batchOf(3, 8));
        expect(await scene.effects()).toEqual(idsOf(batchOf(0, 8)));
        expect(next.kit.position).toEqual({ id: '8', epoch: 1 });
      });

      it('with the answer to COMMIT fences off the others still, when that was of an open', async () => {
        const older = await instance();
        await older.handler(batchOf(0, 3));
        const newer = await instance();
        const lost = wire.loseCommit();
        const opening = newer.kit.open();
        await lost;
        await expect(opening).rejects.toThrow();
        expect(newer.kit.position).toBeNull();
        wire.mend();
        await expect(older.handler(batchOf(3, 6))).rejects.toMatchObject({ code: 'Fenced' });
      });

      it('in the middle of an effect leaves nothing', async () => {
        const first = await instance();
        await first.handler(batchOf(0, 3));
        const cut = scene.handlerOf(first.kit, first.handle, {
          behind: (tx) => first.handle.run(tx, CUT_OWN[kind]),
        });
        await expect(cut(batchOf(3, 6))).rejects.toThrow();
        expect(await scene.effects()).toEqual(idsOf(batchOf(0, 3)));
        const next = handleKind.isPool ? first : await instance();
        await next.handler(batchOf(3, 6));
        expect(await scene.effects()).toEqual(idsOf(batchOf(0, 6)));
      });
    });
  });
}
