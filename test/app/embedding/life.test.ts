// Start and stop of an app, at bad moments.

import { Deferred } from '../../../src/base/deferred.ts';
import { createApp, type NoticeMap, type ReceivedBatch } from '../../../src/index.ts';
import { idsOf, upTo } from '../../client/client-on.ts';
import {
  createDatabase,
  describeDatabase,
  describeDrawnDatabase,
  type TestDatabase,
} from '../../support/databases.ts';
import { pause } from '../../support/pause.ts';
import { openSqlSession } from '../../support/sql-session.ts';
import { until } from '../../support/until.ts';
import { embedded, silent } from './embedded.ts';

describeDrawnDatabase('an app that stops', (kind) => {
  const own = embedded(kind);

  it('ends polls that wait, with what they have', async () => {
    const polling = own.app.pollEvents({ waitMs: 30_000 });
    await pause(50);
    await own.app.stop();
    expect((await polling).events).toEqual([]);
  });

  it('waits for a handler whose consumer was taken over', async () => {
    await own.app.generator.addEvent('A');
    const work = new Deferred<void>();
    let isAtWork = false;
    const { ended } = await own.app.subscribe({
      component: 'c',
      onEvents: async () => {
        isAtWork = true;
        await work.promise;
      },
    });
    await until(() => isAtWork);
    const other = await own.another();
    await other.subscribe({ component: 'c', onEvents: () => {} });
    expect(await ended).toBe('taken-over');
    let isStopped = false;
    const stopping = own.app.stop().then(() => {
      isStopped = true;
    });
    await pause(300);
    expect(isStopped).toBe(false);
    work.resolve();
    await stopping;
  });

  it('attaches nobody who came too late, and leaves no lease behind', async () => {
    const { app } = own;
    const subscribing = Array.from({ length: 10 }, (_, nth) =>
      app.subscribe({ component: `c${nth}`, onEvents: () => {} }).catch(({ code }) => code),
    );
    const stopping = app.stop();
    for (const subscribed of await Promise.all(subscribing)) {
      if (subscribed === 'ShuttingDown') continue;
      expect(await subscribed.ended).toBe('shutting-down');
    }
    await stopping;
    const other = await own.another();
    const listed = await other.listConsumers();
    expect(listed.filter(({ isConnected }) => isConnected)).toEqual([]);
  });

  it('refuses no batch that it does not hand over any more', async () => {
    const events = Array.from({ length: 1000 }, () => ({ type: 'A' }));
    for (let nth = 0; nth < 3; nth += 1) await own.app.generator.addEvents(events);
    const refused: NoticeMap['pushError'][] = [];
    own.app.on('pushError', (notice) => refused.push(notice));
    const got: ReceivedBatch[] = [];
    const { ended } = await own.app.subscribe({
      component: 'c',
      onEvents: async (batch) => {
        await pause(50);
        got.push(batch);
      },
    });
    await until(() => got.length === 1);
    await own.app.stop();
    expect(await ended).toBe('shutting-down');
    expect(refused).toEqual([]);
    expect(idsOf(got)).toEqual(upTo(got.length * 1000));
  });
});

describeDatabase('sqlite', 'an app', (kind) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase(kind);
  });
  afterEach(() => database.drop());
  const make = (options = {}) => createApp({ database: database.url, logger: silent, ...options });

  it('is started once, however often at a time', async () => {
    const app = make();
    const starts = await Promise.allSettled([app.start(), app.start()]);
    expect(starts.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await app.stop();
  });

  it('is stopped when it was told to while it started', async () => {
    const app = make();
    const starting = app.start();
    const stopping = app.stop();
    await expect(starting).rejects.toMatchObject({ code: 'ShuttingDown' });
    await stopping;
    await expect(app.pollEvents()).rejects.toMatchObject({ code: 'ShuttingDown' });
    await app.start();
    await app.stop();
  });

  it('is not started while it stops', async () => {
    const app = make();
    await app.start();
    const stopping = app.stop();
    await expect(app.start()).rejects.toThrow('The app is stopping: await its stop first.');
    await stopping;
    await app.start();
    await app.stop();
  });

  it('stops once, and whoever asks again waits for the same end', async () => {
    const app = make();
    await app.start();
    await app.generator.addEvent('A');
    let isDone = false;
    let isAtWork = false;
    await app.subscribe({
      component: 'c',
      onEvents: async () => {
        isAtWork = true;
        await pause(200);
        isDone = true;
      },
    });
    await until(() => isAtWork);
    void app.stop();
    await app.stop();
    expect(isDone).toBe(true);
  });

  it('gives up what another process holds up, and nothing of it runs on', async () => {
    const app = make({ shutdownMs: 100, databaseTimeoutMs: 20_000 });
    await app.start();
    const sql = await openSqlSession(kind, database.url);
    await sql.run('begin immediate');
    const adding = app.generator.addEvent('A').catch((error) => error);
    await pause(20);
    await app.stop();
    // What looks every few milliseconds would have thrown by now.
    await pause(100);
    await sql.run('rollback');
    await sql.close();
    await adding;
  });

  it('gives a LIVE handler that failed the batch as it was', async () => {
    const app = make();
    await app.start();
    const seen: unknown[] = [];
    await app.subscribe({
      onEvents: ({ events }) => {
        const [event] = events;
        if (event === undefined) return;
        seen.push(event.data.n);
        event.data.n = 99;
        if (seen.length === 1) throw new Error('not yet');
      },
    });
    await app.generator.addEvent('A', { n: 1 });
    await until(() => seen.length === 2);
    expect(seen).toEqual([1, 1]);
    await app.stop();
  });

  it('has room for many listeners and polls', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const app = make();
    await app.start();
    for (let nth = 0; nth < 30; nth += 1) app.on('newEvents', () => {});
    const stop = new AbortController();
    const polls = Array.from({ length: 30 }, () =>
      app.pollEvents({ waitMs: 10_000, signal: stop.signal }),
    );
    await pause(20);
    stop.abort();
    await Promise.all(polls);
    await app.stop();
    await pause(1);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});
