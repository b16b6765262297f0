// What a failover to a server that lacks the newest events does to a database, or a restore.
import type { SqlSession } from './sql-session.ts';

/** Everything behind `newest` was never there: the events, and the acknowledgements of them. */
export async function loseEvents(sql: SqlSession, newest: number): Promise<void> {
  await sql.run(`delete from evt_queue where id > ${newest}`);
  await sql.run(`update evt_streams set next_id = ${newest + 1} where name = 'main'`);
  await sql.run(
    `update evt_consumers set last_evt_id = ${newest} where stream = 'main' and last_evt_id > ${newest}`,
  );
}
