// PostgreSQL's server processes of our connections, for tests that cut them.
import type { SqlSession } from './sql-session.ts';
import { until } from './until.ts';

/** The steps' connections, and those of the pool. */
export const STEPS = 'aftercommit step %';
export const POOL = 'aftercommit';

/** Waits until there is such a backend, then ends it as an administrator would; resolves when it is gone. */
export async function killBackends(
  sql: SqlSession,
  name: string,
  isWaiting: boolean,
): Promise<void> {
  const found = await until(async () => {
    const pids = await backendsOf(sql, name, isWaiting);
    return pids.length > 0 && pids;
  });
  for (const pid of found) await sql.run('select pg_terminate_backend($1::int)', [pid]);
  await until(async () => {
    const left = await backendsOf(sql, name, false);
    return found.every((pid) => !left.includes(pid));
  });
}

async function backendsOf(sql: SqlSession, name: string, isWaiting: boolean): Promise<string[]> {
  const rows = await sql.run(
    `select pid::text from pg_stat_activity
      where datname = current_database() and application_name like $1
        and (wait_event_type = 'Lock' or not $2::boolean)`,
    [name, String(isWaiting)],
  );
  return rows.map((row) => row.pid as string);
}
