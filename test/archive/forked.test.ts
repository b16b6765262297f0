// The warehouse of a stream whose history has forked: the archiver stops, and goes on when what the warehouse has
// beyond the fork was cut off.
import { ARCHIVER } from '../../src/contract/consumer.ts';
import { ARCHIVER_SINK } from '../../src/relay/archiver.ts';
import { cli } from '../app/run-cli.ts';
import { archiveAll, openWarehouse } from '../support/archiving.ts';
import { type DatabaseKind, describeDrawnDatabase } from '../support/databases.ts';
import { makeDrafts } from '../support/events.ts';
import { loseEvents } from '../support/lost-events.ts';
import { openStore } from '../support/open-store.ts';
import { openSqlSession } from '../support/sql-session.ts';

describeDrawnDatabase('an archive behind a fork', (kind: DatabaseKind) => {
  it('is cut back to what the stream still has, by a command, and goes on', async () => {
    const opened = await openStore(kind);
    const archive = await openWarehouse(kind);
    const env = { EVT_DATABASE_URL: opened.url, EVT_WAREHOUSE_URL: archive.url };
    const run = (...args: string[]) => cli(args, { env });
    const { store } = opened;
    // Two ranges with a checksum; the second one is cut through.
    for (const part of [5, 20_000]) {
      for (let left = part; left > 0; left -= 1000) {
        await store.append('main', makeDrafts(Math.min(left, 1000), 'OLD'));
      }
      await archiveAll(store, archive.warehouse);
    }
    const sql = await openSqlSession(kind, opened.url);
    await loseEvents(sql, 4321);
    await sql.close();
    expect(await run('epoch', 'begin')).toMatchObject({ code: 0 });
    const { epoch } = await store.streamState('main');
    await store.append('main', makeDrafts(50, 'NEW'));
    const details = { at: '4321', position: '20005', epoch, stream: 'main' };
    await expect(archiveAll(store, archive.warehouse)).rejects.toMatchObject({
      code: 'HistoryForked',
      details,
    });
    expect(await store.findConsumer('main', ARCHIVER)).toMatchObject({ cursor: '4321' });

    const wrong = await run('archive', '--rewind', '4000');
    expect(wrong).toMatchObject({ code: 1 });
    expect(wrong.stderr).toContain('up to 4321, not up to 4000. Nothing was cut off.');
    const done = await run('archive', '--rewind', '4321');
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('cut off 15684 ids') });
    const again = await run('archive', '--rewind', '4321', '--json');
    expect(JSON.parse(again.stdout)).toEqual({ stream: 'main', rewound: null });
    expect(await archive.warehouse.findWatermark(ARCHIVER_SINK, 'main')).toEqual({
      lastId: '4321',
      epoch,
    });
    await archiveAll(store, archive.warehouse);
    const verified = await run('archive', '--verify', '--json');
    expect(verified.code).toBe(0);
    expect(verified.stdout).toContain('4371');
    await archive.close();
    await opened.close();
  }, 120_000);
});
