// The original's DBEventArchiver, unmodified, as a consumer of our server: it is killed in the middle of its work again
// and again (FUTOIN_ARCHIVER_KILLS times), and its history is the queue.
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { openRandom } from '../support/random.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { makeOriginalTables, originalConfig } from './judge/databases.ts';
import { buildSqlite, INSTALL_MS_MAX } from './judge/install.ts';
import { type Face, Judge, type Receiver } from './judge/judge.ts';
import { startTarget, type Target, USER } from './judge/target.ts';

const KILLS = Number(process.env.FUTOIN_ARCHIVER_KILLS ?? 4);

describeDrawnDatabase("the original's archiver", (kind) => {
  let target: Target;
  let warehouse: TestDatabase;
  let judge: Judge;
  let gen: Face;
  let session: SqlSession;
  const archivers: Judge[] = [];
  beforeAll(async () => {
    if (kind === 'sqlite') await buildSqlite();
    [target, warehouse, judge] = await Promise.all([
      startTarget(kind),
      createDatabase(kind),
      Judge.start(),
    ]);
    await makeOriginalTables('dwh', kind, warehouse.url);
    session = await openSqlSession(kind, warehouse.url);
    gen = await judge.face('gen', { endpoint: target.ws, credentials: USER });
  }, INSTALL_MS_MAX);
  afterAll(async () => {
    for (const archiver of archivers.splice(0)) await archiver.kill();
    await judge?.kill();
    await session?.close();
    await target?.stop();
    await warehouse?.drop();
  });

  const archive = async (): Promise<{ process: Judge; receiver: Receiver }> => {
    const process = await Judge.start();
    archivers.push(process);
    const receiver = await process.archive(originalConfig('EVTDWH', kind, warehouse.url), {
      endpoint: target.ws,
      credentials: USER,
    });
    return { process, receiver };
  };
  /** Rows without their times, which the two keep in forms of their own. */
  const rowsOf = async (from: SqlSession, table: string) => {
    const columns = 'cast(id as char(20)) as id, type, data';
    const rows = await from.run(`select ${columns} from ${table} order by ${table}.id`);
    return rows.map(({ id, type, data }) => ({
      id: String(id).trim(),
      type,
      data: typeof data === 'string' ? JSON.parse(data) : data,
    }));
  };

  it('has a history that equals the queue, however often it is killed', async () => {
    const random = openRandom();
    console.info(`kill of the archiver on ${kind}: SEED=${random.seed}`);
    let isAdding = true;
    let newest = '';
    const adding = (async () => {
      for (let nth = 0; isAdding; nth += 1) {
        // Short, since the archiver writes a batch by one statement, which may have 10,000 characters.
        const data = nth % 2 ? nth : { é: null };
        const ids = Array.from({ length: 10 }, () => gen.addEvent('ARCHIVED', data));
        newest = (await Promise.all(ids)).at(-1) ?? newest;
      }
    })();
    for (let round = 0; round < KILLS; round += 1) {
      const { process, receiver } = await archive();
      // Somewhere in its work, not at its end.
      const wanted = 1 + random.below(300);
      await until(() => receiver.archived >= wanted);
      await process.kill();
    }
    isAdding = false;
    await adding;
    await archive();
    await until(async () => {
      const [row] = await session.run('select max(id) as high from evt_history');
      return String(row?.high) === newest;
    }, 120_000);
    const active = await openSqlSession(kind, target.databaseUrl);
    const queue = await rowsOf(active, 'evt_queue');
    await active.close();
    const history = await rowsOf(session, 'evt_history');
    expect(history.length).toBe(Number(newest));
    expect(history).toEqual(queue);
  }, 600_000);
});
