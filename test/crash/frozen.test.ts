// A node that is frozen by SIGSTOP in the middle of a step: another goes on, at the latest when the database has ended
// the step, and the node that wakes doubles and loses nothing.
import { createDatabase, describeDrawnServer, type TestDatabase } from '../support/databases.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { call } from '../support/rpc.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';

const TIMEOUT_MS = 2000;
/** For a busy machine; without a time-out the lock would be held for as long as the node is frozen. */
const SLACK_MS = 8000;

/** A step that waits for the stream's row. MariaDB's own view of its locks is not renewed while it is looked at often. */
const WAITING = {
  postgres: `select 1 from pg_stat_activity where datname = current_database()
    and application_name like 'aftercommit step %' and wait_event_type = 'Lock'`,
  mysql: `select 1 from information_schema.processlist where db = database() and id <> connection_id()
    and command = 'Query' and info like '%evt_streams%'`,
};

describeDrawnServer('a node that is frozen in a step', (kind) => {
  let database: TestDatabase;
  let sql: SqlSession;
  let watcher: SqlSession;
  const nodes: NodeProcess[] = [];
  beforeEach(async () => {
    database = await createDatabase(kind);
    const settings = { databaseUrl: database.url, databaseTimeoutMs: TIMEOUT_MS };
    for (let nth = 0; nth < 2; nth += 1) nodes.push(await startNode(settings));
    sql = await openSqlSession(kind, database.url);
    watcher = await openSqlSession(kind, database.url);
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) {
      node.signal('SIGCONT');
      await node.end('SIGKILL');
    }
    await sql?.close();
    await watcher?.close();
    await database.drop();
  });

  const hold = async () => {
    await sql.run('begin');
    await sql.run("select * from evt_streams where name = 'main' for update");
  };
  const isWaiting = async () => (await watcher.run(WAITING[kind])).length > 0;
  /** By somebody who does nothing: whoever is at work lets it go in between. */
  const isHeld = async () => {
    const lock = "select 1 from evt_streams where name = 'main' for update nowait";
    for (let look = 0; look < 20; look += 1) {
      if (await watcher.run(lock).then(Boolean, () => false)) return false;
    }
    return true;
  };
  /** Holds the stream's row, lets a step of the node begin, freezes the node while it waits, and lets the row go. */
  const freezeInStep = async (node: NodeProcess, begin: () => void) => {
    await hold();
    begin();
    await until(isWaiting);
    node.signal('SIGSTOP');
    await sql.run('rollback');
    await until(async () => !(await isWaiting()));
  };
  const dataOf = async (node: NodeProcess) => {
    const { events } = await call(node.url, 'pollEvents', { component: 'c', last_id: '0' });
    return events.map((event: { data: unknown }) => event.data);
  };

  it.each([
    ['in one statement, which the database ends without it', {}],
    ['between two, holding the row of the stream', { idempotency_key: 'k' }],
  ])('%s: another goes on, and everything is there once', async (_, more) => {
    const [frozen, awake] = nodes as [NodeProcess, NodeProcess];
    await call(awake.url, 'registerConsumer', { component: 'c' });
    // Its first step makes the connection.
    await call(frozen.url, 'addEvent', { type: 'T', data: 'first' });
    const hasKey = 'idempotency_key' in more;
    let asked = Promise.resolve('');
    await freezeInStep(frozen, () => {
      asked = call(frozen.url, 'addEvent', { type: 'T', data: 'frozen', ...more });
      asked.catch(() => {});
    });
    // A step that was given up just before the row was free is taken again by the node, once it is awake.
    while (hasKey && !(await isHeld())) {
      await freezeInStep(frozen, () => frozen.signal('SIGCONT'));
    }
    const startedMs = performance.now();
    await call(awake.url, 'addEvent', { type: 'T', data: 'awake' });
    const waitedMs = performance.now() - startedMs;
    console.info(`${kind}: ${Math.round(waitedMs)} ms behind a frozen node`);
    expect(waitedMs).toBeLessThan(TIMEOUT_MS + SLACK_MS);

    frozen.signal('SIGCONT');
    const id = await asked;
    await call(frozen.url, 'addEvent', { type: 'T', data: 'woken' });
    const data = await dataOf(awake);
    expect(data[Number(id) - 1]).toBe('frozen');
    expect([...data].sort()).toEqual(['awake', 'first', 'frozen', 'woken']);
  });
});
