// The cursor and the effect are there together or not at all, over every kind of handle.
import { exactlyOnce } from '../../../src/client/exactly-once/index.ts';
import { describeDatabases } from '../../support/databases.ts';
import { HANDLES, type Handle } from './handles.ts';
import { batchOf, idsOf, type Kit, Scene } from './scene.ts';

describeDatabases('aftercommit/client/exactly-once', (kind) => {
  describe.each(HANDLES[kind])('over $name', (handleKind) => {
    let scene: Scene;
    let handle: Handle;
    let kit: Kit;
    beforeEach(async () => {
      scene = await Scene.open(kind, handleKind);
      handle = await scene.handle();
      kit = scene.kit(handle);
    });
    afterEach(() => scene.close());

    it('has the effect of each event once, however batches repeat and overlap', async () => {
      expect(kit.position).toBeNull();
      expect(await kit.open()).toEqual({ id: '0', epoch: 1 });
      const seen: string[] = [];
      const handler = kit.handler(async (tx, batch: ReturnType<typeof batchOf>) => {
        seen.push(`${batch.after}..${batch.upTo}`);
        for (const id of idsOf(batch)) {
          await handle.run(tx, `insert into effects (event_id) values ('${id}')`);
        }
      });
      for (const [after, upTo] of [
        [0, 5],
        [0, 5],
        [2, 8],
        [0, 3],
        [8, 12],
        [0, 20],
      ] as const) {
        await handler(batchOf(after, upTo));
      }
      expect(seen).toEqual(['0..5', '5..8', '8..12', '12..20']);
      expect(await scene.effects()).toEqual(idsOf(batchOf(0, 20)));
      expect(kit.position).toEqual({ id: '20', epoch: 1 });
      expect(await scene.stored()).toEqual(['20', '1', '1']);
      expect(await scene.kit(handle).open()).toEqual({ id: '20', epoch: 1 });
    });

    it('leaves nothing of an effect that throws, and repeats it as a whole', async () => {
      const failure = new Error('no');
      let isFailing = true;
      const handler = scene.handlerOf(kit, handle, {
        behind: async () => {
          if (isFailing) throw failure;
        },
      });
      await expect(handler(batchOf(0, 3))).rejects.toBe(failure);
      expect(await scene.effects()).toEqual([]);
      expect(await scene.stored()).toEqual(['0', '1', '1']);
      isFailing = false;
      await handler(batchOf(0, 3));
      expect(await scene.effects()).toEqual(['1', '2', '3']);
    });

    it('moves the cursor over a batch without events and calls no effect', async () => {
      const before = jest.fn(async () => {});
      const handler = scene.handlerOf(kit, handle, { before });
      await handler({ events: [], after: '0', upTo: '40', epoch: 1 });
      await handler({ ...batchOf(0, 40) });
      await handler({ ...batchOf(38, 49), events: batchOf(38, 40).events });
      expect(before).not.toHaveBeenCalled();
      expect(await scene.stored()).toEqual(['49', '1', '1']);
    });

    it('takes calls that come at once in their order, of two consumers on one handle too', async () => {
      const other = scene.kit(handle, 'mail');
      const [billing, mail] = [kit, other].map((each) => scene.handlerOf(each, handle));
      const calls = Array.from({ length: 8 }, (_, nth) => [
        billing?.(batchOf(nth * 5, nth * 5 + 5)),
        mail?.(batchOf(nth * 5, nth * 5 + 5)),
      ]);
      await Promise.all(calls.flat());
      const effects = await scene.effects();
      for (const id of idsOf(batchOf(0, 40))) {
        expect([id, effects.filter((each) => each === id).length]).toEqual([id, 2]);
      }
      expect(await scene.stored()).toEqual(['40', '1', '1']);
      expect(await scene.stored('mail')).toEqual(['40', '1', '1']);
    });

    it('refuses a batch that begins beyond the cursor, until it is told to go on there', async () => {
      const handler = scene.handlerOf(kit, handle);
      await handler(batchOf(0, 3));
      await expect(handler(batchOf(5, 9))).rejects.toMatchObject({
        code: 'CursorBehind',
        details: { cursor: '3', after: '5' },
        isFinal: true,
      });
      expect(await kit.seek({ id: '5', epoch: 1 })).toEqual({ id: '5', epoch: 1 });
      await handler(batchOf(5, 9));
      expect(await scene.effects()).toEqual(['1', '2', '3', '6', '8', '9']);
    });

    it('refuses a batch of another epoch, but to a consumer that has nothing yet', async () => {
      const handler = scene.handlerOf(kit, handle);
      await handler(batchOf(0, 3, 4));
      expect(await scene.stored()).toEqual(['3', '4', '1']);
      for (const batch of [batchOf(3, 6, 5), batchOf(0, 3, 3)]) {
        await expect(handler(batch)).rejects.toMatchObject({
          code: 'HistoryForked',
          details: { cursor: '3', epoch: 4, batchEpoch: batch.epoch },
          isFinal: true,
        });
      }
      await kit.seek({ id: '2', epoch: 5 });
      await handler(batchOf(2, 4, 5));
      expect(await scene.effects()).toEqual(['1', '2', '3', '3', '4']);
      expect(await scene.stored()).toEqual(['4', '5', '2']);
    });

    it('keeps ids of 18 digits to the last', async () => {
      const start = 999_999_999_999_999_900n;
      await kit.seek({ id: String(start), epoch: 2_147_483_647 });
      const handler = scene.handlerOf(kit, handle);
      await handler(batchOf(start, start + 11n, 2_147_483_647));
      await handler(batchOf(start, start + 99n, 2_147_483_647));
      expect(await scene.effects()).toEqual(idsOf(batchOf(start, start + 99n)));
      expect((await scene.stored())[0]).toBe('999999999999999999');
      expect(await scene.kit(handle).open()).toEqual({
        id: '999999999999999999',
        epoch: 2_147_483_647,
      });
    });

    it.each(['rollback', 'commit'])(
      'does not move the cursor behind an effect that ends its transaction by %s',
      async (verb) => {
        const handler = scene.handlerOf(kit, handle, { behind: (tx) => handle.run(tx, verb) });
        await expect(handler(batchOf(0, 3))).rejects.toMatchObject({
          code: 'TransactionEnded',
          isFinal: false,
        });
        expect(await scene.stored()).toEqual(['0', '1', '1']);
        await scene.handlerOf(kit, handle)(batchOf(0, 2));
        expect(await scene.stored()).toEqual(['2', '1', '1']);
      },
    );

    it('makes its table once, whoever else makes it at the same time', async () => {
      const options = { database: handle.database, consumer: 'billing', table: 'own_cursors' };
      const others = await Promise.all([scene.handle(), scene.handle()]);
      const kits = others.map(({ database }) => exactlyOnce({ ...options, database }));
      await Promise.all(kits.map((each) => each.migrate()));
      await scene.session.run(exactlyOnce(options).schemaSql);
      await exactlyOnce(options).migrate();
      expect(await exactlyOnce(options).open()).toEqual({ id: '0', epoch: 1 });
      expect(await scene.stored()).toEqual(['undefined', 'undefined', 'undefined']);
    });

    it('tells what the database says of a table that is missing', async () => {
      const options = { database: handle.database, consumer: 'billing', table: 'nowhere' };
      await expect(exactlyOnce(options).open()).rejects.toThrow(/nowhere/);
    });
  });
});
