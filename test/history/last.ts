// The end of a run: the event that every consumer waits for, and what the tables hold then.
import type { DatabaseKind } from '../support/databases.ts';
import { openRandom } from '../support/random.ts';
import { call } from '../support/rpc.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import type { Row } from './history.ts';
import { LAST, type Recorder } from './recorder.ts';
import { SEE_ALL } from './session.ts';
import { OpenWrite } from './writers/writer.ts';

/** Waits until no transaction is open and all are numbered, then adds the event that every consumer waits for. */
export async function writeLast(url: string, recorder: Recorder): Promise<number> {
  await until(async () => (await call(url, 'streamInfo')).inbox === 0, 60_000);
  const write = new OpenWrite({
    name: 'last',
    random: openRandom(1),
    recorder,
    isDone: () => true,
  });
  write.events.push(...write.make(1, [LAST]));
  write.commitSent();
  const id = await call(url, 'addEvent', { type: LAST, data: write.events[0]?.key });
  write.end('committed', [id]);
  return Number(id);
}

export async function rowsOf(kind: DatabaseKind, url: string, table: string): Promise<Row[]> {
  const sql = await openSqlSession(kind, url);
  if (kind === 'mysql') await sql.run(SEE_ALL);
  const text = kind === 'mysql' ? 'cast(data as char)' : 'cast(data as text)';
  const rows = await sql.run(`select id, type, ${text} as data from ${table} order by id`);
  await sql.close();
  return rows.map(({ id, type, data }) => ({
    id: String(id),
    type: String(type),
    key: String(JSON.parse(String(data))),
  }));
}
