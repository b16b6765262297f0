// A consumer of a running service whose database is another one: it polls, fails and starts anew, and the service
// forgets nothing that has no effect yet.

import { describeDatabases } from '../../support/databases.ts';
import { openRandom } from '../../support/random.ts';
import { call } from '../../support/rpc.ts';
import { startApp } from '../../support/start-app.ts';
import { until } from '../../support/until.ts';
import { HANDLES, type HandleKind } from './handles.ts';
import { type Batch, Scene } from './scene.ts';

const EVENTS = 120;

describeDatabases('a served consumer with its cursor', (kind) => {
  it('has each event once, in the order of the stream', async () => {
    const random = openRandom();
    console.info(`served on ${kind}: SEED=${random.seed}`);
    const app = await startApp(kind);
    const scene = await Scene.open(kind, HANDLES[kind][1] as HandleKind);
    try {
      await call(app.url, 'registerConsumer', { component: 'billing' });
      const events = Array.from({ length: EVENTS }, () => ({ type: 'PAID', data: 1 }));
      const adding = call(app.url, 'addEvents', { events });

      await until(async () => {
        const handle = await scene.handle();
        const kit = scene.kit(handle);
        const fail = async () => {
          if (random.chance(0.2)) throw new Error('planned');
        };
        const handler = scene.handlerOf(kit, handle, { before: fail, behind: fail });
        await kit.open();
        while (kit.position?.id !== String(EVENTS)) {
          const { id, epoch } = kit.position ?? {};
          const params = { component: 'billing', last_id: id, epoch, limit: 1 + random.below(9) };
          const batch = await call(app.url, 'pollEvents', { ...params, wait_ms: 1000 });
          const isDone = await handler({ ...batch, upTo: batch.up_to } as Batch).then(
            () => true,
            () => false,
          );
          if (!isDone) return false; // the next one begins where this one ended
        }
        return true;
      });

      await adding;
      const all = Array.from({ length: EVENTS }, (_, nth) => String(nth + 1));
      expect(await scene.effects()).toEqual(all);
      expect((await scene.stored()).slice(0, 2)).toEqual([String(EVENTS), '1']);
    } finally {
      await scene.close();
      await app.stop();
    }
  });
});
