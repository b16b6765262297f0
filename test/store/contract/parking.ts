// Consumers that fail: what is written of it, and events that are parked.
import type { EventRow } from '../../../src/contract/event.ts';
import type { FailedBatch, Reader } from '../../../src/store/failures.ts';
import { id, makeDrafts } from '../../support/events.ts';
import type { OpenStore } from '../../support/open-store.ts';
import type { Open } from './conformance.ts';

const limits = { pauseMs: (tries: number) => tries * 1000, parkedMax: 3 };
const NO_MORE = { after: { id: id(0), epoch: 1 }, limit: 100, bytesMax: 1e6 };

export function parkingContract(open: Open): void {
  describe('consumers that fail', () => {
    let opened: OpenStore;
    let reader: Reader;
    const take = async (node: string): Promise<Reader> => {
      const lease = await opened.store.leases.take({
        ...{ stream: 'main', ident: 'a:b', node, leaseMs: 5000, onlyIfFree: false },
      });
      return { consumerId: lease?.consumerId ?? '', token: lease?.token ?? '' };
    };
    const cursor = async () => (await opened.store.findConsumer('main', 'a:b'))?.cursor;
    const listed = async () => (await opened.store.listConsumers('main'))[0];
    const eventAt = async (nth: number) =>
      (await opened.store.readAfter('main', id(nth - 1), { eventsMax: 1, bytesMax: 1 }))[0] ?? null;
    const failedOn = (after: number, upTo: number, event: EventRow | null): FailedBatch => ({
      ...{ after: id(after), upTo: id(upTo), epoch: 1, event, error: `é "${upTo}" \u{1F600}` },
    });
    const fail = async (after: number, upTo: number, isAlone = true, by = reader) => {
      const event = isAlone ? await eventAt(upTo) : null;
      return opened.store.failures.record(by, failedOn(after, upTo, event), limits);
    };
    const parked = async (page = NO_MORE) => {
      const { events, next } = await opened.store.failures.listParked(reader.consumerId, page);
      return { ids: events.map((event) => event.id), next };
    };

    beforeEach(async () => {
      opened = await open(['main']);
      await opened.store.append('main', makeDrafts(10));
      await opened.store.registerConsumer('main', 'a:b', 'beginning', 2);
      reader = await take('n1');
    });
    afterEach(() => opened.close());

    it('are remembered with their place, until the cursor has passed it', async () => {
      const { store } = opened;
      expect(await fail(0, 5, false)).toMatchObject({ kind: 'waits', isFull: false });
      expect(await listed()).toMatchObject({
        parked: 0,
        parkAfter: 2,
        failure: { after: '0', upTo: '5', eventId: null, tries: 1, eventTries: 0 },
      });
      expect((await listed())?.failure?.error).toBe('é "5" \u{1F600}');
      expect((await listed())?.failure?.leftMs).toBeGreaterThan(0);
      expect(await fail(0, 1)).toMatchObject({ failure: { tries: 2, eventTries: 1, upTo: '5' } });
      await store.advanceCursors([{ ...reader, cursor: id(1), epoch: 1 }]);
      expect((await listed())?.failure).toBeNull();
      expect(await store.failures.find(reader.consumerId, id(1))).toMatchObject({ upTo: '5' });
      expect(await store.failures.find(reader.consumerId, id(5))).toBeNull();
      const again = await store.leases.take({
        ...{ stream: 'main', ident: 'a:b', node: 'n2', leaseMs: 5000, onlyIfFree: false },
      });
      expect(again).toMatchObject({ hasFailed: true, isAskedFor: false, cursor: '1' });
    });

    it('have an event parked with the cursor behind it, or neither', async () => {
      await fail(0, 1);
      expect(await fail(0, 1)).toEqual({ kind: 'parked', tries: 2 });
      expect(await cursor()).toBe('1');
      // The same again, as after a lost answer.
      expect(await fail(0, 1)).toEqual({ kind: 'moved', cursor: '1' });
      const { events } = await opened.store.failures.listParked(reader.consumerId, NO_MORE);
      expect(events).toMatchObject([{ tries: 2, error: 'é "1" \u{1F600}', epoch: 1 }]);
      expect(events[0]?.row).toEqual(await eventAt(1));
      expect(await listed()).toMatchObject({ parked: 1, failure: null });
    });

    it('are waited for where as many as may be are parked', async () => {
      for (const nth of [1, 2, 3])
        for (let tries = 0; tries < 2; tries += 1) await fail(nth - 1, nth);
      await fail(3, 4);
      expect(await fail(3, 4)).toMatchObject({ kind: 'waits', isFull: true });
      expect(await cursor()).toBe('3');
      expect(await opened.store.failures.dropParked(reader.consumerId, { ids: [id(2)] })).toBe(1);
      expect(await fail(3, 4)).toMatchObject({ kind: 'parked', tries: 3 });
      expect(await parked()).toEqual({ ids: ['1', '3', '4'], next: null });
      expect(await parked({ ...NO_MORE, limit: 2 })).toEqual({
        ids: ['1', '3'],
        next: { id: '3', epoch: 1 },
      });
      expect(await parked({ ...NO_MORE, bytesMax: 1 })).toEqual({
        ids: ['1'],
        next: { id: '1', epoch: 1 },
      });
      expect(await parked({ ...NO_MORE, after: { id: id(3), epoch: 1 } })).toEqual({
        ids: ['4'],
        next: null,
      });
    });

    it('say nothing once they were taken over, and nothing of where they do not stand', async () => {
      const older = reader;
      await fail(0, 1);
      reader = await take('n2');
      expect(await fail(0, 1, true, older)).toEqual({ kind: 'void' });
      expect((await listed())?.failure?.tries).toBe(1);
      expect(await fail(1, 2)).toEqual({ kind: 'void' });
      expect(await fail(0, 1, true, { ...reader, token: null })).toMatchObject({ kind: 'parked' });
      await opened.store.failures.askForParked(reader.consumerId, { ids: null });
      expect(await opened.store.failures.takeParked(older)).toBeNull();
      await opened.store.failures.settleParked(older, { id: id(1), epoch: 1 }, null);
      expect((await parked()).ids).toEqual(['1']);
    });

    it('say nothing of a history that is over, or of what is not there', async () => {
      const { store } = opened;
      await store.epochs.begin('main');
      const { epoch } = await store.streamState('main');
      await store.append('main', makeDrafts(1));
      await store.advanceCursors([{ ...reader, cursor: id(10), epoch: 1 }]);
      const event = await eventAt(11);
      const record = (batch: FailedBatch) => store.failures.record(reader, batch, limits);
      expect(await record(failedOn(10, 11, event))).toEqual({ kind: 'void' });
      expect(await record({ ...failedOn(10, 12, event), epoch })).toEqual({ kind: 'void' });
      expect(await record({ ...failedOn(10, 11, event), epoch })).toMatchObject({
        kind: 'waits',
        failure: { tries: 1 },
      });
    });

    it('park each event once, however many record it at a time', async () => {
      const nodes = [opened.store, await opened.another()];
      await opened.store.failures.setParkAfter('main', 'a:b', 5);
      const event = await eventAt(1);
      const kinds = await Promise.all(
        Array.from({ length: 10 }, (_, nth) =>
          (nodes[nth % 2] ?? opened.store).failures.record(reader, failedOn(0, 1, event), limits),
        ),
      );
      expect(kinds.map(({ kind }) => kind).sort()).toEqual([
        ...Array(5).fill('moved'),
        'parked',
        ...Array(4).fill('waits'),
      ]);
      expect(await parked()).toEqual({ ids: ['1'], next: null });
    });

    it('are given what was parked once for each time that it is asked for', async () => {
      const { failures } = opened.store;
      await failures.setParkAfter('main', 'a:b', 1);
      await fail(0, 1);
      await fail(1, 2);
      const lease = [{ consumerId: reader.consumerId, token: reader.token ?? '' }];
      expect((await opened.store.leases.renew(lease, 5000)).askedFor).toEqual([]);
      expect(await failures.takeParked(reader)).toBeNull();
      expect(await failures.askForParked(reader.consumerId, { ids: null })).toBe(2);
      expect((await opened.store.leases.renew(lease, 5000)).askedFor).toEqual([reader.consumerId]);
      expect(await failures.takeParked(reader)).toMatchObject({ id: '1', isAskedFor: true });
      expect(await failures.takeParked(reader)).toMatchObject({ id: '2' });
      expect(await failures.takeParked(reader)).toBeNull();
      expect((await opened.store.leases.renew(lease, 5000)).askedFor).toEqual([]);
      await failures.settleParked(reader, { id: id(1), epoch: 1 }, null);
      await failures.settleParked(reader, { id: id(2), epoch: 1 }, 'again');
      const { events } = await failures.listParked(reader.consumerId, NO_MORE);
      expect(events).toMatchObject([{ id: '2', error: 'again', tries: 2, isAskedFor: false }]);
      expect(await failures.dropParked(reader.consumerId, { ids: null, epoch: 2 })).toBe(0);
      expect(await failures.dropParked(reader.consumerId, { ids: null })).toBe(1);
    });

    it('are forgotten with what is parked for them only where that is said', async () => {
      const { store } = opened;
      await store.failures.setParkAfter('main', 'a:b', 1);
      await fail(0, 1);
      const forget = (dropsParked: boolean) =>
        store.unregisterConsumer('main', 'a:b', { isDryRun: false, dropsParked });
      await expect(forget(false)).rejects.toMatchObject({
        code: 'EventsParked',
        details: { parked: 1 },
      });
      expect(await forget(true)).toMatchObject({ parked: 1 });
      expect((await parked()).ids).toEqual([]);
      expect(await fail(1, 2)).toEqual({ kind: 'void' });
      expect(await store.failures.setParkAfter('main', 'a:b', 1)).toBe(false);
    });
  });
}
