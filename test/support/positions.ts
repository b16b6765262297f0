// Where readers and the discarder stand in stream main, as the active database has it.
import type { SqlSession } from './sql-session.ts';

/** NaN = nobody is registered by that name. */
export async function cursorOf(sql: SqlSession, component: string): Promise<number> {
  const [row] = await sql.run(
    `select last_evt_id as id from evt_consumers where ident = '${component}'`,
  );
  return Number(row?.id);
}

export async function discardedUpTo(sql: SqlSession): Promise<number> {
  const [row] = await sql.run("select discarded_up_to as id from evt_streams where name = 'main'");
  return Number(row?.id);
}
