// The warehouse of a stream whose history has forked: the archiver stops, and goes on when what the warehouse has
// beyond the fork was cut off.
import type { Call } from '../../src/app/command.ts';
import { type Rewound, rewind } from '../../src/app/rewind.ts';
import { ARCHIVER } from '../../src/contract/consumer.ts';
import { type EventId, NO_EVENT } from '../../src/contract/event-id.ts';
import { activeSideOf } from '../../src/relay/active-side.ts';
import { archiveRewindTo, rewindArchive } from '../../src/relay/archive-rewind.ts';
import { ARCHIVER_SINK } from '../../src/relay/archiver.ts';
import type { Cut } from '../../src/relay/common-part.ts';
import { HeldLease } from '../../src/relay/held-lease.ts';
import { Archive } from '../../src/store/archive.ts';
import type { Store } from '../../src/store/store.ts';
import type { Warehouse } from '../../src/store/warehouse.ts';
import { cli } from '../app/run-cli.ts';
import { archiveAll, makeArchiver, openWarehouse } from '../support/archiving.ts';
import { type DatabaseKind, describeDrawnDatabase } from '../support/databases.ts';
import { id, makeDrafts } from '../support/events.ts';
import { loseEvents } from '../support/lost-events.ts';
import { openStore } from '../support/open-store.ts';
import { openSqlSession } from '../support/sql-session.ts';

const LIMITS = { eventsMax: 1000, bytesMax: 4_194_304 };

/** A stream and the warehouse that it is archived into. */
async function openBoth(kind: DatabaseKind) {
  const { store, url, close: closeStore } = await openStore(kind);
  const { warehouse, url: archiveUrl, close: closeArchive } = await openWarehouse(kind);
  const env = { EVT_DATABASE_URL: url, EVT_WAREHOUSE_URL: archiveUrl };
  const active = activeSideOf(store, 'main');
  return {
    ...{ store, warehouse, url, archiveUrl },
    request: { warehouse, stream: 'main', watermark: ARCHIVER_SINK, active },
    run: (...args: string[]) => cli(args, { env }),
    add: async (count: number, type: string) => {
      for (let left = count; left > 0; left -= 1000) {
        await store.append('main', makeDrafts(Math.min(left, 1000), type));
      }
    },
    /** Those behind `newest`. */
    lose: async (newest: number) => {
      const sql = await openSqlSession(kind, url);
      await loseEvents(sql, newest);
      await sql.close();
    },
    close: async () => {
      await closeArchive();
      await closeStore();
    },
  };
}

/** What an archiver that is at work says of its first failure. */
async function wordsOfArchiver(store: Store, warehouse: Warehouse): Promise<string> {
  const silent = { debug: () => {}, info: () => {}, warn: () => {} };
  let stop = () => Promise.resolve();
  const words = await new Promise<string>((resolve) => {
    const logger = { ...silent, error: (_: object, message: string) => resolve(message) };
    const archiver = makeArchiver(store, warehouse, 'here', logger);
    stop = () => archiver.stop();
    void archiver.start();
  });
  await stop();
  return words;
}

/** Both had so many events; the stream has lost those behind the twelfth. */
async function openForked(kind: DatabaseKind, count = 20) {
  const both = await openBoth(kind);
  await both.add(count, 'OLD');
  await archiveAll(both.store, both.warehouse);
  await both.lose(12);
  await both.store.epochs.begin('main');
  return both;
}

describeDrawnDatabase('an archive behind a fork', (kind: DatabaseKind) => {
  it('gives readers nothing of what was lost, and is cut back also where it is short', async () => {
    const { store, warehouse, lose, close } = await openBoth(kind);
    await store.append('main', makeDrafts(20, 'OLD'));
    await archiveAll(store, warehouse);
    await store.registerConsumer('main', 'a:b', { id: id(8) });
    expect(await store.discard('main', { limit: 1000 })).toMatchObject({ count: 8 });
    await lose(12);
    await store.epochs.begin('main');
    const end = await store.streamState('main');
    await store.append('main', makeDrafts(30, 'NEW'));
    store.readThrough(new Archive(warehouse, ARCHIVER_SINK));
    const read: string[] = [];
    for (let after = NO_EVENT; ; ) {
      const rows = await store.readAfter('main', after, LIMITS, end.epoch);
      read.push(...rows.map(([id, type]) => `${type} ${id}`));
      if (rows.length === 0) break;
      after = rows.at(-1)?.[0] ?? after;
    }
    const ids = (first: number, last: number, type: string) =>
      Array.from({ length: last - first + 1 }, (_, nth) => `${type} ${first + nth}`);
    expect(read).toEqual([...ids(1, 12, 'OLD'), ...ids(13, 42, 'NEW')]);

    const active = {
      state: () => store.streamState('main'),
      read: (after: EventId) => store.readAfter('main', after, LIMITS, end.epoch),
    };
    const request = { warehouse, stream: 'main', watermark: ARCHIVER_SINK, active };
    const cut = { from: { id: id(20), epoch: 1 }, to: id(12) };
    expect(await archiveRewindTo(request)).toEqual(cut);
    expect(await rewindArchive(request, cut, end.epoch)).toBe(true);
    expect(await warehouse.findWatermark(ARCHIVER_SINK, 'main')).toMatchObject({ lastId: '12' });
    expect(await warehouse.readHistory('main', NO_EVENT, LIMITS)).toHaveLength(12);
    await close();
  });

  it('keeps what the stream has, where a backup was put back of before the epoch of the archive', async () => {
    const { store, warehouse, request, url, lose, close } = await openBoth(kind);
    const sql = await openSqlSession(kind, url);
    const forget = async () => {
      await sql.run('delete from evt_epochs where epoch > 1');
      await sql.run("update evt_streams set epoch = 1 where name = 'main'");
    };
    await store.append('main', makeDrafts(5, 'OLD'));
    await store.epochs.begin('main');
    await store.append('main', makeDrafts(15, 'OLD'));
    await archiveAll(store, warehouse);
    await store.registerConsumer('main', 'a:b', { id: id(8) });
    expect(await store.discard('main', { limit: 1000 })).toMatchObject({ count: 8 });
    await lose(12);
    await forget();
    const isMended = async (from: string) => {
      await expect(archiveAll(store, warehouse)).rejects.toMatchObject({
        code: 'HistoryForked',
        details: { at: '0', position: from },
      });
      const cut = await archiveRewindTo(request);
      expect(cut).toMatchObject({ from: { id: from }, to: '12' });
      const { epoch } = await store.streamState('main');
      expect(await rewindArchive(request, cut as Cut, epoch)).toBe(true);
      expect(await archiveRewindTo(request)).toBeNull();
    };
    await isMended('20');
    // The same once more: nothing of it is too much.
    await forget();
    await isMended('12');
    await store.append('main', makeDrafts(3, 'NEW'));
    await archiveAll(store, warehouse);
    expect(await warehouse.readHistory('main', NO_EVENT, LIMITS)).toHaveLength(15);
    await sql.close();
    await close();
  });

  it('keeps what was archived since a cutter has looked that was frozen', async () => {
    const { store, warehouse, request, close } = await openForked(kind);
    await store.append('main', makeDrafts(8, 'NEW'));
    const cut = (await archiveRewindTo(request)) as Cut;
    const { epoch } = await store.streamState('main');
    expect(await rewindArchive(request, cut, epoch)).toBe(true);
    await archiveAll(store, warehouse);
    const stand = { lastId: '20', epoch };
    expect(await warehouse.findWatermark(ARCHIVER_SINK, 'main')).toEqual(stand);
    expect(await rewindArchive(request, cut, epoch)).toBe(false);
    expect(await warehouse.findWatermark(ARCHIVER_SINK, 'main')).toEqual(stand);
    expect(await warehouse.readHistory('main', NO_EVENT, LIMITS)).toHaveLength(20);
    await close();
  });

  it('has a checksum of all that stays, also where its cutter was killed half-way', async () => {
    const { store, warehouse, archiveUrl, request, close } = await openForked(kind, 10_015);
    const { epoch } = await store.streamState('main');
    // The first slice leaves what the range of the checksum that is cut through has before it, and the second one fails.
    const inWarehouse = await openSqlSession(kind, archiveUrl);
    await inWarehouse.run('create unique index only_one on evt_watermarks (last_id)');
    const other = "values ('other', 'main', 1, 12)";
    await inWarehouse.run(`insert into evt_watermarks (sink, stream, epoch, last_id) ${other}`);
    const half = { from: { id: id(10_015), epoch: 1 }, to: id(12) };
    expect(await archiveRewindTo(request)).toEqual(half);
    await expect(rewindArchive(request, half, epoch)).rejects.toThrow();
    await inWarehouse.run("delete from evt_watermarks where sink = 'other'");
    await inWarehouse.close();
    const rest = { from: { id: id(15), epoch: 1 }, to: id(12) };
    expect(await archiveRewindTo(request)).toEqual(rest);
    // As when the answer to the first slice was lost.
    expect(await rewindArchive(request, half, epoch)).toBe(true);
    const checksums = await warehouse.listChecksums('main', { beginning: null, limit: 10 });
    expect(checksums).toMatchObject([{ after: '0', last: '12', events: 12 }]);
    await close();
  });

  it('is cut back to what the stream still has, by a command, and goes on', async () => {
    const { store, warehouse, run, add, lose, close } = await openBoth(kind);
    // Two ranges with a checksum; the second one is cut through.
    for (const part of [5, 20_000]) {
      await add(part, 'OLD');
      await archiveAll(store, warehouse);
    }
    await lose(4321);
    expect(await run('epoch', 'begin')).toMatchObject({ code: 0 });
    const { epoch } = await store.streamState('main');
    await store.append('main', makeDrafts(50, 'NEW'));
    const details = { at: '4321', position: '20005', epoch, stream: 'main' };
    await expect(archiveAll(store, warehouse)).rejects.toMatchObject({
      code: 'HistoryForked',
      details,
    });
    expect(await store.findConsumer('main', ARCHIVER)).toMatchObject({ cursor: '0' });

    const wrong = await run('archive', '--rewind', '4000');
    expect(wrong).toMatchObject({ code: 1 });
    expect(wrong.stderr).toContain('up to 4321, not up to 4000. Nothing was cut off.');
    const done = await run('archive', '--rewind', '4321');
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('cut off 15684 ids') });
    const again = await run('archive', '--rewind', '4321', '--json');
    expect(JSON.parse(again.stdout)).toEqual({ stream: 'main', rewound: null });
    expect(await warehouse.findWatermark(ARCHIVER_SINK, 'main')).toEqual({
      lastId: '4321',
      epoch,
    });
    await archiveAll(store, warehouse);
    const verified = await run('archive', '--verify', '--json');
    expect(verified.code).toBe(0);
    expect(verified.stdout).toContain('4371');
    await close();
  }, 120_000);

  it('is known by the archiver also where nobody says so, and no event that comes makes it forget', async () => {
    const { store, warehouse, lose, close } = await openBoth(kind);
    await store.append('main', makeDrafts(20, 'OLD'));
    await archiveAll(store, warehouse);
    await lose(12);
    const isForked = async () => {
      const archiving = archiveAll(store, warehouse);
      await expect(archiving).rejects.toMatchObject({ details: { at: '12', position: '20' } });
    };
    await isForked();
    const begun = await store.epochs.list('main');
    expect(begun.at(-1)).toMatchObject({ beganAfter: '12' });
    await store.append('main', makeDrafts(30, 'NEW'));
    await isForked();
    expect(await store.epochs.list('main')).toEqual(begun);
    await close();
  });

  it('is cut back to where the two part, when new ids were given before anybody saw it', async () => {
    const { store, warehouse, request, run, lose, close } = await openBoth(kind);
    await store.append('main', makeDrafts(2500, 'OLD'));
    await archiveAll(store, warehouse);
    await lose(2300);
    // As many as were lost, so that the archive comes to stand where it stood.
    await store.append('main', makeDrafts(200, 'NEW'));
    await expect(archiveAll(store, warehouse)).rejects.toMatchObject({
      code: 'HistoryForked',
      details: { at: '2499', position: '2500' },
    });
    const wrong = await run('archive', '--rewind', '2499');
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('up to 2300, not up') });
    const frozen = (await archiveRewindTo(request)) as Cut;
    const done = await run('archive', '--rewind', '2300');
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('cut off 200 ids') });
    await archiveAll(store, warehouse);
    const { epoch } = await store.streamState('main');
    expect(epoch).toBeGreaterThan(1);
    expect(await rewindArchive(request, frozen, epoch)).toBe(false);
    expect(await run('archive', '--verify')).toMatchObject({ code: 0 });
    const history = await warehouse.readHistory('main', '2298' as EventId, LIMITS);
    expect(history.slice(0, 3).map(([id, type]) => `${type} ${id}`)).toEqual([
      'OLD 2299',
      'OLD 2300',
      'NEW 2301',
    ]);
    await close();
  });

  it('is said by its archiver to want cutting back, and by which command', async () => {
    const { store, warehouse, close } = await openForked(kind);
    expect(await wordsOfArchiver(store, warehouse)).toContain(
      'aftercommit archive --streams main --rewind 12',
    );
    await close();
  });

  it('is what nothing is discarded before, whatever a cursor says that was restored', async () => {
    const { store, warehouse, archiveUrl, run, close } = await openBoth(kind);
    await store.append('main', makeDrafts(20, 'OLD'));
    await archiveAll(store, warehouse);
    await store.registerConsumer('main', 'a:b', { id: id(20) });
    // What was lost and made good again since the backup: the archive is of another history behind the twelfth.
    const sql = await openSqlSession(kind, archiveUrl);
    await sql.run("update evt_history set type = 'LOST' where id > 12");
    await sql.run('update evt_watermarks set epoch = 7');
    await sql.close();
    expect(await run('epoch', 'begin')).toMatchObject({ code: 0 });
    expect(await store.discard('main', { limit: 1000 })).toMatchObject({ count: 0 });
    await expect(archiveAll(store, warehouse)).rejects.toMatchObject({ code: 'HistoryForked' });
    expect(await store.discard('main', { limit: 1000 })).toMatchObject({ count: 0 });
    expect(await run('archive', '--rewind', '12')).toMatchObject({ code: 0 });
    await archiveAll(store, warehouse);
    // In two parts: what is known to be on the disk goes out at once.
    const kept = await warehouse.readHistory('main', NO_EVENT, { ...LIMITS, eventsMax: 12 });
    const copied = await warehouse.readHistory('main', id(12), LIMITS);
    expect([...kept, ...copied].map(([, type]) => type)).toEqual(Array(20).fill('OLD'));
    expect(await store.discard('main', { limit: 1000 })).toMatchObject({ count: 20 });
    await close();
  });

  it('is cut back in no other epoch than that of the comparison, and never in its own', async () => {
    const { store, request, close } = await openForked(kind);
    const cuts: number[] = [];
    const rewound: Rewound = {
      ...{ name: 'main', holder: 'the warehouse', outcome: () => '', facts: {} },
      active: request.active,
      find: () => archiveRewindTo(request),
      cut: async (_, epoch) => void cuts.push(epoch),
    };
    const call = { flags: new Map([['rewind', '12']]), stdout: { print: async () => {} } };
    const run = (own: Partial<Rewound>) => rewind({ ...rewound, ...own }, call as unknown as Call);
    const meanwhile = async () => {
      const cut = await rewound.find();
      await store.epochs.begin('main');
      return cut;
    };
    await expect(run({ find: meanwhile })).rejects.toThrow('another epoch has begun');
    const { epoch } = await store.streamState('main');
    const find = async () => ({ from: { id: id(20), epoch }, to: id(12) });
    // As by a database that has taken over, and does not know it.
    const active = { ...request.active, begin: async () => {} };
    await expect(run({ find, active })).rejects.toThrow('another database has taken over');
    expect(cuts).toEqual([]);
    await run({ find });
    await run({});
    const { epoch: begun } = await store.streamState('main');
    expect(begun).toBeGreaterThan(epoch);
    expect(cuts).toEqual([begun, begun]);
    await close();
  });

  it('is not said to be further by a lease of before', async () => {
    const { store, close } = await openBoth(kind);
    await store.append('main', makeDrafts(20, 'OLD'));
    await store.requireArchive('main');
    await store.registerConsumer('main', 'a:b', { id: id(20) });
    const request = { stream: 'main', ident: ARCHIVER };
    const frozen = await HeldLease.take(store, { ...request, node: 'frozen' });
    await store.epochs.begin('main');
    await frozen?.moveCursor(id(20), 1);
    expect(await store.findConsumer('main', ARCHIVER)).toMatchObject({ cursor: '0' });
    expect(await store.discard('main', { limit: 1000 })).toMatchObject({ count: 0 });
    const other = await HeldLease.take(store, { ...request, node: 'other' });
    await other?.moveCursor(id(20), (await store.streamState('main')).epoch);
    expect(await store.discard('main', { limit: 1000 })).toMatchObject({ count: 20 });
    await other?.release();
    await frozen?.release();
    await close();
  });

  it('parts from its stream behind an event, also where ids have gaps', async () => {
    const { store, warehouse, archiveUrl, request, close } = await openForked(kind);
    const sql = await openSqlSession(kind, archiveUrl);
    await sql.run('delete from evt_history where id > 8 and id < 12');
    await sql.run("update evt_history set type = 'OTHER' where id = 12");
    await sql.close();
    const { active } = request;
    const gapped = {
      ...active,
      read: async (after: EventId) => {
        const rows = await active.read(after);
        return rows.filter(([each]) => Number(each) <= 8 || Number(each) >= 12);
      },
    };
    const cut = (await archiveRewindTo({ ...request, active: gapped })) as Cut;
    expect(cut.to).toBe('8');
    const { epoch } = await store.streamState('main');
    expect(await rewindArchive(request, cut, epoch)).toBe(true);
    expect(await warehouse.findWatermark(ARCHIVER_SINK, 'main')).toMatchObject({ lastId: '8' });
    await close();
  });
});
