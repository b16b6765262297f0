// Random deliveries to instances that come, fail and go: in the end the effects are the stream, each event once, in
// order. SEED repeats a run, EXACTLY_ONCE_STEPS makes it longer (60 by default).
import { describeDrawnDatabase } from '../../support/databases.ts';
import { openRandom, type Random } from '../../support/random.ts';
import { HANDLES, type Handle } from './handles.ts';
import { type Batch, batchOf, idsOf, type Kit, Scene } from './scene.ts';

const STEPS = Number(process.env.EXACTLY_ONCE_STEPS ?? 60);
const BATCH_MAX = 12;
const EXPECTED = new Set(['Fenced', 'CursorBehind', 'TransactionEnded', 'planned']);

interface Instance {
  readonly kit: Kit;
  /** Takes a batch; how its effect fails is drawn. */
  handle(batch: Batch): Promise<void>;
}

describeDrawnDatabase('random deliveries', (kind) => {
  it.each(HANDLES[kind])(
    'have every effect once and in order over $name',
    async (handleKind) => {
      const random = openRandom();
      console.info(`exactly once on ${kind} over ${handleKind.name}: SEED=${random.seed}`);
      const scene = await Scene.open(kind, handleKind);
      try {
        const newest = await deliver(scene, random);
        expect(newest).toBeGreaterThan(STEPS);
        expect(await scene.effects()).toEqual(idsOf(batchOf(0, newest)));
        expect((await scene.stored())[0]).toBe(String(newest));
      } finally {
        await scene.close();
      }
    },
    60_000 + 200 * STEPS,
  );
});

/** Gives the newest id; the service repeats what it has no answer for, and now and then more. */
async function deliver(scene: Scene, random: Random): Promise<number> {
  const handles = await Promise.all(Array.from({ length: 4 }, () => scene.handle()));
  const any = () => handles[random.below(handles.length)] as Handle;
  const instances = [instanceOf(scene, any(), random), instanceOf(scene, any(), random)];
  let acknowledged = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const calls = Array.from({ length: 1 + random.below(3) }, async () => {
      const place = random.below(instances.length);
      if (random.chance(0.1)) instances[place] = instanceOf(scene, any(), random);
      const instance = instances[place] as Instance;
      if (random.chance(0.15)) await instance.kit.open();
      // The second one does not wait for the first one's answer.
      let after = Math.max(0, acknowledged - random.below(BATCH_MAX));
      const batches = Array.from({ length: 1 + random.below(2) }, () => {
        const batch = batchOf(after, after + 1 + random.below(BATCH_MAX));
        after = Number(batch.upTo);
        return batch;
      });
      await Promise.all(
        batches.map(async (batch) => {
          await instance.handle(batch);
          // An answer may be lost.
          if (random.chance(0.8)) acknowledged = Math.max(acknowledged, Number(batch.upTo));
        }),
      );
    });
    for (const outcome of await Promise.allSettled(calls)) {
      if (outcome.status === 'rejected') expect(codeOf(outcome.reason)).toBe('expected');
    }
  }
  const last = instanceOf(scene, any(), random, 0);
  const { id } = await last.kit.open();
  await last.handle(batchOf(acknowledged, Number(id) + BATCH_MAX));
  return Number(id) + BATCH_MAX;
}

function instanceOf(scene: Scene, handle: Handle, random: Random, failures = 0.3): Instance {
  const kit = scene.kit(handle);
  const fail = async (): Promise<void> => {
    if (random.chance(failures / 3)) throw Object.assign(new Error('planned'), { code: 'planned' });
  };
  return {
    kit,
    handle: scene.handlerOf(kit, handle, {
      before: fail,
      behind: async (tx) => {
        if (random.chance(failures / 3)) await handle.run(tx, 'rollback');
        else await fail();
      },
    }),
  };
}

function codeOf(error: unknown): unknown {
  return EXPECTED.has((error as { code: string }).code) ? 'expected' : error;
}
