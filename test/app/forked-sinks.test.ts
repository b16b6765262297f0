// A file sink whose database was restored, and nobody has said so: the sink stays where it is, however many events come.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from '../../src/index.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { loseEvents } from '../support/lost-events.ts';
import { linesOfSegments } from '../support/segments.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';

describeDrawnDatabase('a database that was restored under a file sink', (kind) => {
  let database: TestDatabase;
  let dir: string;
  const apps: App[] = [];
  beforeEach(async () => {
    database = await createDatabase(kind);
    dir = await mkdtemp(join(tmpdir(), 'aftercommit-forked-sinks-'));
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.stop();
    await database.drop();
    await rm(dir, { recursive: true });
  });
  const start = async (sinks: boolean) => {
    const files = { name: 'files', type: 'file', dir } as const;
    const options = { database: database.url, logLevel: 'silent' } as const;
    const app = createApp({ ...options, ...(sinks && { sinks: [files] }) });
    apps.push(app);
    const forks: unknown[] = [];
    app.on('sinkError', ({ error }) => {
      const { code, details } = error as { code: string; details: { at: string } };
      forks.push(`${code} ${details?.at}`);
    });
    await app.start();
    return { app, forks };
  };
  const add = (app: App, type: string, count: number) =>
    app.generator.addEvents(Array.from({ length: count }, () => ({ type, data: null })));
  const lines = () => linesOfSegments(dir).map(({ id, type }) => `${type} ${id}`);
  const OLD = Array.from({ length: 20 }, (_, nth) => `OLD ${nth + 1}`);
  /** Up to 12 it has them again. */
  const restore = async () => {
    const { app } = await start(true);
    await add(app, 'OLD', 20);
    await until(() => lines().length === 20);
    await apps.pop()?.stop();
    const sql = await openSqlSession(kind, database.url);
    await loseEvents(sql, 12);
    await sql.close();
  };

  it('is found out by the sink, and told to everybody', async () => {
    await restore();
    const { app, forks } = await start(true);
    await until(() => forks.length > 0);
    const { epoch } = await app.pollEvents();
    expect(epoch).toBeGreaterThan(1);
    await add(app, 'NEW', 30);
    const before = forks.length;
    await until(() => forks.length >= before + 2);
    expect(new Set(forks)).toEqual(new Set(['HistoryForked 12']));
    expect(lines()).toEqual(OLD);
    expect((await app.pollEvents()).epoch).toBe(epoch);
    const gone = app.pollEvents({ lastId: '15', epoch: 1 });
    await expect(gone).rejects.toMatchObject({ code: 'HistoryForked', details: { at: '12' } });
  });

  it('is seen by its last event, when others have got these ids before', async () => {
    await restore();
    const { app } = await start(false);
    await add(app, 'NEW', 30);
    await apps.pop()?.stop();
    const { forks } = await start(true);
    await until(() => forks.length >= 2);
    expect(new Set(forks)).toEqual(new Set(['HistoryForked 19']));
    expect(lines()).toEqual(OLD);
  });
});
