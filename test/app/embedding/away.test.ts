// An app whose database is away for a while: calls inside the process wait for it as those from the network do, it says
// so to whoever asks, and it stops in time with calls that wait.
import { type App, createApp } from '../../../src/index.ts';
import { describeDrawnServer } from '../../support/databases.ts';
import { type OwnServer, startOwnServer } from '../../support/own-server.ts';
import { pause } from '../../support/pause.ts';
import { call } from '../../support/rpc.ts';
import { until } from '../../support/until.ts';
import { silent } from './embedded.ts';

const WAIT_MS = 20_000;
const SHUTDOWN_MS = 500;
/** What a stop may take beyond that, and a busy machine. */
const STOP_MS_MAX = SHUTDOWN_MS + 2000 + 2000;

describeDrawnServer('an app whose database is away', (kind) => {
  let server: OwnServer;
  let database: string;
  let app: App;
  const start = async (databaseWaitMs: number) => {
    const listen = { port: 0 };
    const limits = { databaseWaitMs, shutdownMs: SHUTDOWN_MS, databaseTimeoutMs: 2000 };
    app = createApp({ database, server: listen, logger: silent, ...limits });
    await app.start();
  };
  const readiness = async () => {
    const response = await fetch(`${app.url}/readyz`);
    const said = (await response.json()) as { away: Record<string, string> };
    return { http: response.status, ...said };
  };
  const awaySeconds = async () => {
    const { text } = await app.metrics();
    return Number(/^aftercommit_database_away_seconds{database="active"} (.*)$/m.exec(text)?.[1]);
  };
  const everyCall = () => ({
    registerConsumer: app.registerConsumer('other'),
    listConsumers: app.listConsumers(),
    pollEvents: app.pollEvents({ component: 'reader' }),
    subscribe: app.subscribe({ component: 'pushed', onEvents: () => {} }),
    unregisterConsumer: app.unregisterConsumer('reader', { dryRun: true }),
    addEvent: app.generator.addEvent('LATER'),
  });
  beforeAll(async () => {
    server = await startOwnServer(kind);
  }, 60_000);
  afterAll(() => server.close());
  beforeEach(async () => {
    database = await server.createDatabase();
  });
  afterEach(async () => {
    await app.stop();
  });

  it('lets every call wait for it, and says meanwhile since when it is away', async () => {
    await start(WAIT_MS);
    await app.registerConsumer('reader');
    const ready = { http: 200, status: 'ok', problems: {}, away: {} };
    expect(await readiness()).toEqual(ready);
    expect(await awaySeconds()).toBe(0);
    const before = new Date().toISOString();
    await server.crash();
    const told = await until(async () => {
      const said = await readiness();
      return 'active' in said.away && said;
    });
    // Only now: what is sent over a connection that is not known to be dead has an unknown outcome.
    const calls = Object.entries(everyCall());
    const answered: string[] = [];
    for (const [name, calling] of calls) {
      calling.then(
        () => answered.push(name),
        () => {},
      );
    }
    expect(told).toMatchObject({
      http: 503,
      status: 'unavailable',
      problems: { database: 'it cannot be reached' },
    });
    expect((told.away.active as string) >= before).toBe(true);
    expect(await awaySeconds()).toBeGreaterThan(0);
    await pause(300);
    // It is the same outage for as long as nothing has worked.
    expect((await readiness()).away).toEqual(told.away);
    expect(answered).toEqual([]);

    await server.start();
    await Promise.all(calls.map(([, calling]) => calling));
    expect(await readiness()).toEqual(ready);
    expect(await awaySeconds()).toBe(0);
  });

  it('answers those calls StoreUnavailable when it stays away, and a poll that is over at once', async () => {
    await start(3000);
    await app.registerConsumer('reader');
    await server.crash();
    try {
      await until(async () => (await readiness()).http === 503);
      const startedMs = performance.now();
      const over = new AbortController();
      const polling = app.pollEvents({ component: 'reader', signal: over.signal });
      over.abort();
      await expect(polling).rejects.toMatchObject({ code: 'StoreUnavailable' });
      expect(performance.now() - startedMs).toBeLessThan(2500);
      const ends = await Promise.allSettled(Object.values(everyCall()));
      const reason = expect.objectContaining({ code: 'StoreUnavailable' });
      expect(ends).toEqual(ends.map(() => ({ status: 'rejected', reason })));
      expect(performance.now() - startedMs).toBeGreaterThan(3000);
    } finally {
      await server.start();
    }
  });

  it('stops in time with calls that wait, and nothing is gone that was answered', async () => {
    await start(WAIT_MS);
    const { url } = app;
    await app.registerConsumer('reader');
    let acknowledged = '0';
    const adding = (async () => {
      for (;;) acknowledged = await call(url, 'addEvent', { type: 'T' });
    })();
    adding.catch(() => {});
    await until(() => Number(acknowledged) > 20);
    await server.crash();
    const ends = Promise.allSettled([...Object.values(everyCall()), call(url, 'streamInfo')]);
    await until(async () => (await readiness()).http === 503);
    const startedMs = performance.now();
    await app.stop();
    expect(performance.now() - startedMs).toBeLessThan(STOP_MS_MAX);
    // Nobody is left without an answer.
    for (const { status } of await ends) expect(status).toBe('rejected');
    await adding.catch(() => {});

    await server.start();
    await start(WAIT_MS);
    const { events } = await app.pollEvents({ component: 'reader' });
    expect(events.length).toBeGreaterThanOrEqual(Number(acknowledged));
  });
});
