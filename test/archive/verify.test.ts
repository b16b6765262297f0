// aftercommit archive --verify: what was archived is compared with the checksums that went in with it, and with what
// the active database still has.
import type { EventId } from '../../src/contract/event-id.ts';
import { cli, linesOf } from '../app/run-cli.ts';
import {
  archiveAll,
  makeArchiver,
  type OpenWarehouse,
  openWarehouse,
} from '../support/archiving.ts';
import { type DatabaseKind, describeDrawnDatabase } from '../support/databases.ts';
import { id, makeDrafts } from '../support/events.ts';
import { type OpenStore, openStore } from '../support/open-store.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';

const EVENTS = 2300;

/** A millisecond later. */
const LATER: Record<DatabaseKind, string> = {
  sqlite: "strftime('%Y-%m-%dT%H:%M:%fZ', ts, '+0.001 seconds')",
  postgres: "ts + interval '1 millisecond'",
  mysql: 'ts + interval 1000 microsecond',
};

const WITHOUT_KEY: Record<DatabaseKind, string | null> = {
  sqlite: null,
  postgres: 'alter table evt_history drop constraint evt_history_pkey',
  mysql: 'alter table evt_history drop primary key',
};

describeDrawnDatabase('archive --verify', (kind) => {
  let active: OpenStore;
  let archive: OpenWarehouse;
  let history: SqlSession;
  let queue: SqlSession;
  const run = (...flags: string[]) =>
    cli(['archive', '--verify', ...flags], {
      env: { EVT_DATABASE_URL: active.url, EVT_WAREHOUSE_URL: archive.url },
    });
  const findings = async (...flags: string[]) => {
    const { code, stdout } = await run('--json', ...flags);
    const told = linesOf(stdout).map((line) => JSON.parse(line));
    return { code, end: told.at(-1), found: told.filter(({ result }) => result !== undefined) };
  };
  const checksums = () =>
    history.run('select after_id, last_id, events from evt_checksums order by after_id');
  /** A consumer and the archive have everything up to there, and no more. */
  const discardUpTo = async (last: number) => {
    const { store } = active;
    await store.registerConsumer('main', 'a:b', { id: id(last) });
    for (;;) if (!(await store.discard('main', { limit: 1000 })).hasMore) return;
  };
  beforeEach(async () => {
    [active, archive] = [await openStore(kind), await openWarehouse(kind)];
    for (let left = EVENTS; left > 0; left -= 1000) {
      await active.store.append('main', makeDrafts(Math.min(left, 1000)));
    }
    history = await openSqlSession(kind, archive.url);
    queue = await openSqlSession(kind, active.url);
  });
  afterEach(async () => {
    await history.close();
    await queue.close();
    await active.close();
    await archive.close();
  });

  it('finds every change, where it is, and on which side', async () => {
    const nothing = await run();
    expect([nothing.code, nothing.stdout]).toEqual([0, 'Verified 0 events of main.\n']);
    await archiveAll(active.store, archive.warehouse);
    expect(await run()).toEqual({
      code: 0,
      stdout: `Verified ${EVENTS} events of main.\n`,
      stderr: '',
    });
    expect(await checksums()).toHaveLength(3);

    // What is written down about a row, and the row as it was.
    const range = { stream: 'main', after: '1000', last: '2000', result: 'differs' };
    const warehouse = { ...range, events: 1000, side: 'warehouse', first: '1499' };
    await history.run("update evt_history set data = '14980' where id = 1499");
    expect(await findings()).toMatchObject({ code: 1, found: [warehouse], end: { differing: 1 } });
    const text = await run();
    expect(text.stdout).toBe(
      'main: 1001 to 2000 differs in the warehouse, first at 1499.\n' +
        'Verified 1300 events of main; the rest differs.\n',
    );
    expect(text.stderr).toBe('aftercommit: 1 range differs.\n');
    // Data that is worth the same is not the same.
    await history.run("update evt_history set data = '498.0' where id = 1499");
    expect((await findings()).found).toEqual([warehouse]);
    await history.run("update evt_history set data = '498' where id = 1499");
    expect((await findings()).code).toBe(0);

    await history.run(`update evt_history set ts = ${LATER[kind]} where id = 1499`);
    expect((await findings()).found).toEqual([warehouse]);
    // Only some ranges.
    expect((await findings('--to-id', '1000')).code).toBe(0);
    expect((await findings('--from-id', '2001')).end).toMatchObject({ verified: 300 });
    expect((await findings('--from-id', '1700', '--to-id', '1701')).found).toEqual([warehouse]);

    await history.run('delete from evt_history where id = 1499');
    expect((await findings()).found).toEqual([{ ...warehouse, events: 999 }]);
    // When only the history is left, an id that is missing tells by itself; a changed one does not.
    await discardUpTo(EVENTS);
    expect((await findings()).found).toEqual([{ ...warehouse, events: 999 }]);
    await history.run("update evt_history set type = 'X' where id = 7");
    const [first] = (await findings()).found;
    expect(first).toMatchObject({ after: '0', last: '1000', side: 'warehouse', first: null });
  }, 60_000);

  it('finds rows that nobody has archived, and rows that are there twice', async () => {
    await archiveAll(active.store, archive.warehouse);
    await history.run('update evt_history set id = 5000 where id = 2300');
    expect((await findings()).found).toMatchObject([
      { after: '2000', last: '2300', side: 'warehouse', first: '2300', events: 299 },
      { after: '2300', last: '5000', side: 'warehouse', first: '5000' },
    ]);
    await history.run('update evt_history set id = 2300 where id = 5000');
    expect((await findings()).code).toBe(0);
    const withoutKey = WITHOUT_KEY[kind];
    if (withoutKey === null) return;
    await history.run(withoutKey);
    await history.run('insert into evt_history select * from evt_history where id = 500');
    expect((await findings()).found).toMatchObject([
      { after: '0', last: '1000', events: 1001, side: 'warehouse', first: '500' },
    ]);
  }, 60_000);

  it('finds what was changed in the active database, also behind what was discarded', async () => {
    await archiveAll(active.store, archive.warehouse);
    await discardUpTo(1200);
    await queue.run("update evt_queue set data = '0' where id = 1300");
    expect((await findings()).found).toMatchObject([
      { after: '1000', last: '2000', side: 'active', first: '1300' },
    ]);
    // The same change on both sides is one of the row that has a checksum.
    await history.run("update evt_history set data = '0' where id = 2100");
    await queue.run("update evt_queue set data = '0' where id = 2100");
    expect((await findings('--from-id', '2100')).found).toMatchObject([
      { after: '2000', last: '2300', side: 'checksum', first: null },
    ]);
  }, 60_000);

  it('tells what was pruned, and what was archived before there were checksums', async () => {
    await archiveAll(active.store, archive.warehouse);
    // What the active database still has was not pruned.
    await history.run('delete from evt_history where id <= 500');
    expect((await findings()).found).toMatchObject([
      { after: '0', last: '1000', result: 'differs', side: 'warehouse', first: '1' },
    ]);
    await discardUpTo(2100);
    const pruned = { stream: 'main', after: '0', last: '500', result: 'pruned', events: 0 };
    const rest = { stream: 'main', after: '500', last: '1000', result: 'unchecked', events: 500 };
    expect(await findings()).toMatchObject({
      code: 0,
      found: [pruned, rest],
      end: { verified: 1300, unchecked: 500, pruned_up_to: '500', differing: 0 },
    });
    expect(linesOf((await run()).stdout)).toEqual([
      'main: 1 to 500 is pruned.',
      'main: 501 to 1000 has no checksum (500 events); nothing is missing.',
      'Verified 1300 events of main. 500 have no checksum.',
    ]);
    await history.run('delete from evt_checksums where after_id < 2000');
    expect(await findings()).toMatchObject({
      code: 0,
      found: [pruned, { ...rest, last: '2000', events: 1500 }],
    });
    // A hole is one without a checksum, too; the end is compared with the queue.
    await history.run('delete from evt_checksums');
    await history.run("update evt_history set data = '0' where id = 2250");
    const differing = async () =>
      (await findings()).found.filter(({ result }) => result === 'differs');
    expect(await differing()).toMatchObject([{ side: 'unknown', first: '2250' }]);
    await history.run('delete from evt_history where id = 1600');
    expect(await differing()).toMatchObject([{ side: 'warehouse', first: '1600' }]);
    await history.run('delete from evt_history where id > 0');
    expect((await findings()).found).toMatchObject([
      { after: '0', last: '2100', result: 'pruned' },
      { after: '2100', last: '2300', side: 'warehouse', first: '2101' },
    ]);
  }, 60_000);

  it('has a checksum for a thousand events, however few came at a time and whoever archived', async () => {
    await archiveAll(active.store, archive.warehouse);
    const archivers = ['one', 'two', 'three'].map((node) =>
      makeArchiver(active.store, archive.warehouse, node),
    );
    for (let round = 0; round < 30; round += 1) {
      await active.store.append('main', makeDrafts(40));
      const archiver = archivers[Math.floor(round / 4) % 3];
      while ((await archiver?.round()) === 'copied');
      if (round % 4 === 3) await archiver?.release();
    }
    for (const archiver of archivers) await archiver.release();
    const ranges = (await checksums()).map((row) => Object.values(row).map(Number));
    expect(ranges).toEqual([
      [0, 1000, 1000],
      [1000, 2000, 1000],
      [2000, 3020, 1020],
      [3020, 3500, 480],
    ]);
    expect((await findings()).end).toMatchObject({ verified: 3500, differing: 0 });
    // What is not what it was is not added to.
    await history.run("update evt_history set data = '0' where id = 3030");
    await active.store.append('main', makeDrafts(2));
    await archiveAll(active.store, archive.warehouse);
    expect((await checksums()).map((row) => Number(row.after_id)).at(-1)).toBe(3500);
    expect((await findings()).found).toMatchObject([{ after: '3020', first: '3030' as EventId }]);
  }, 60_000);
});

describe('archive --verify', () => {
  it('says what is wrong with its flags, all at once', async () => {
    const { code, stderr } = await cli(['archive', '--from-id', '1x', '--to-id', '7']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'aftercommit: --from-id goes with --verify. --from-id takes an id, got "1x". --to-id goes with --verify.\n',
    );
    expect((await cli(['archive', '--verify', '--once'])).code).toBe(2);
  });
});
