// A standby that commits wait for, and that is not there. PostgreSQL only.
import { openSqlSession, type SqlSession } from './sql-session.ts';
import { until } from './until.ts';

/** From then on commits wait: a reload is only a signal, and what commits before it was seen to does not wait. */
export async function awaitNobody(url: string, sql: SqlSession): Promise<void> {
  await sql.run('create table if not exists standby_probe ()');
  await sql.run("alter system set synchronous_standby_names = 'nobody'");
  await sql.run('select pg_reload_conf()');
  const probe = await openSqlSession('postgres', url);
  const [row] = await probe.run('select pg_backend_pid() as pid');
  let isWaiting = false;
  const committing = (async () => {
    while (!isWaiting) await probe.run('insert into standby_probe default values');
  })();
  const waiting = `select from pg_stat_activity where pid = ${row?.pid} and wait_event = 'SyncRep'`;
  await until(async () => (await sql.run(waiting)).length > 0);
  isWaiting = true;
  await sql.run(`select pg_cancel_backend(${row?.pid})`);
  await committing;
  await probe.close();
}

export async function awaitNobodyNoMore(sql: SqlSession): Promise<void> {
  await sql.run("alter system set synchronous_standby_names = ''");
  await sql.run('select pg_reload_conf()');
}
