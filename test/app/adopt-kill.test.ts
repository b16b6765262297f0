// kill -9 in the middle of an adoption, as often as it takes: in the end everything is there, once.
import { createDatabase, describeDrawnDatabase } from '../support/databases.ts';
import {
  addFutoinConsumers,
  addFutoinEvents,
  archiveFutoinEvents,
  makeFutoinActive,
  makeFutoinHistory,
} from '../support/futoin-database.ts';
import { openRandom } from '../support/random.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { buildCli, type CliBuild } from './cli-process.ts';

const COUNT = 30_000;
const KILLS = 6;

describeDrawnDatabase('an adoption that is killed', (kind) => {
  let build: CliBuild;
  beforeAll(async () => {
    build = await buildCli();
  });
  afterAll(() => build.remove());

  it('is brought to its end by the next one', async () => {
    const random = openRandom();
    console.info(`kills of adoptions on ${kind}: SEED=${random.seed}`);
    const [active, warehouse] = await Promise.all([createDatabase(kind), createDatabase(kind)]);
    const sql = await openSqlSession(kind, active.url);
    const dwh = await openSqlSession(kind, warehouse.url);
    await makeFutoinActive(sql, kind);
    await makeFutoinHistory(dwh, kind);
    await addFutoinEvents(sql, kind, COUNT);
    await archiveFutoinEvents(sql, dwh, COUNT / 2);
    await sql.run('delete from evt_queue where id <= 1000');
    await addFutoinConsumers(sql, kind, {
      '1:A': 500,
      '1:B': 20_000,
      '-internal:ARCHIVER': COUNT / 2,
    });
    const run = () =>
      build.spawn(['migrate', '--adopt', '--map', '1=shop', '--watch-ms', '0', '--json'], {
        EVT_DATABASE_URL: active.url,
        EVT_WAREHOUSE_URL: warehouse.url,
      });
    for (let round = 0; round < KILLS; round += 1) {
      const command = run();
      const timer = setTimeout(() => command.child.kill('SIGKILL'), 250 + random.below(600));
      await command.ended;
      clearTimeout(timer);
    }
    const { code, stderr } = await run().ended;
    expect([code, stderr]).toEqual([0, '']);
    const [queue] = await sql.run(
      'select count(*) as n, min(id) as low, max(id) as high from evt_queue',
    );
    expect([queue?.n, queue?.low, queue?.high].map(Number)).toEqual([COUNT - 1000, 1001, COUNT]);
    const [past] = await dwh.run('select count(*) as n, max(id) as high from evt_history');
    expect([past?.n, past?.high].map(Number)).toEqual([COUNT / 2, COUNT / 2]);
    const consumers = await sql.run('select ident, last_evt_id from evt_consumers order by ident');
    expect(consumers.map((row) => [row.ident, Number(row.last_evt_id)])).toEqual([
      ['ARCHIVER', COUNT / 2],
      ['shop:A', 1000],
      ['shop:B', 20_000],
    ]);
    const [stream] = await sql.run('select next_id, discarded_up_to, gaps_up_to from evt_streams');
    expect(Object.values(stream ?? {}).map(Number)).toEqual([COUNT + 1, 1000, COUNT]);
    await sql.close();
    await dwh.close();
    await Promise.all([active.drop(), warehouse.drop()]);
  }, 120_000);
});
