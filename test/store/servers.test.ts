// Several MariaDB servers in one URL: the first that takes writes is worked with, and the next one when it is gone,
// frozen or read-only. They know nothing of each other here, so what is read says which of them it was.
import { Store } from '../../src/store/store.ts';
import { describeDatabase } from '../support/databases.ts';
import { makeDraft } from '../support/events.ts';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';
import { openSqlSession } from '../support/sql-session.ts';

const TIMEOUT_MS = 1500;
/** For a busy machine. */
const SLACK_MS = 2000;

describeDatabase('mysql', 'several servers', () => {
  const servers: OwnServer[] = [];
  const cleanups: (() => Promise<void>)[] = [];
  const moves: string[] = [];
  let hosts: string[];
  let store: Store;

  const on = async (server: OwnServer, ...statements: string[]) => {
    const sql = await openSqlSession('mysql', server.url);
    try {
      let rows: Record<string, unknown>[] = [];
      for (const each of statements) rows = await sql.run(each);
      return rows;
    } finally {
      await sql.close();
    }
  };
  const setReadOnly = (server: OwnServer, isOn: boolean) =>
    on(server, `set global read_only = ${isOn ? 1 : 0}`);
  /** As when the database is empty: on each server the first event gets id 1. */
  const begin = async () => {
    await store.migrate(['main']);
    return (await store.append('main', [makeDraft()])).first;
  };

  beforeAll(async () => {
    for (let nth = 0; nth < 3; nth += 1) servers.push(await startOwnServer('mysql'));
    hosts = servers.map(({ url }) => new URL(url).host);
  }, 60_000);
  afterAll(async () => {
    for (const server of servers) await server.close();
  });
  beforeEach(async () => {
    for (const server of servers) {
      // Each has an account of its own otherwise, and one that writes on read-only servers.
      await on(
        server,
        'create or replace database events',
        "create or replace user evt@'%' identified by 'same'",
        'grant all on events.* to evt',
      );
    }
    moves.length = 0;
    store = await Store.open({
      database: `mysql://evt:same@${hosts.join(',')}/events`,
      poolMax: 2,
      timeoutMs: TIMEOUT_MS,
      onMoved: (host) => moves.push(host),
    });
    cleanups.unshift(() => store.close());
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });

  it('are passed over while they are read-only, and left when they are gone', async () => {
    const [first, second, third] = servers as [OwnServer, OwnServer, OwnServer];
    cleanups.push(() => third.start());
    await setReadOnly(first, true);
    expect(await begin()).toBe('1');
    expect(moves).toEqual([hosts[1]]);
    await second.crash();
    expect(await begin()).toBe('1');
    expect(moves).toEqual([hosts[1], hosts[2]]);
    // Behind the last comes the first again, and not the one in between that is back.
    await second.start();
    await setReadOnly(first, false);
    await third.crash();
    expect(await begin()).toBe('1');
    expect(moves).toEqual([hosts[1], hosts[2], hosts[0]]);
  });

  it('are used no more once another is, over connections that live neither', async () => {
    const [first] = servers as [OwnServer];
    cleanups.push(async () => void (await setReadOnly(first, false)));
    expect(await begin()).toBe('1');
    expect((await store.streamState('main')).newest).toBe('1');
    await setReadOnly(first, true);
    // The step meets the refusal, and moves; what the pool has open could still read.
    const appending = store.append('main', [makeDraft()]);
    await expect(appending).rejects.toMatchObject({ code: 'StoreUnavailable' });
    await store.migrate(['main']);
    expect(moves).toEqual([hosts[1]]);
    expect((await store.streamState('main')).newest).toBe('0');
  });

  it('are left in time when they are frozen', async () => {
    const [first] = servers as [OwnServer];
    cleanups.push(() => first.thaw());
    expect(await begin()).toBe('1');
    expect((await store.streamState('main')).newest).toBe('1');
    await first.freeze();
    const startedMs = performance.now();
    // What was sent over a connection that is not known to be dead may have been done.
    const lost = { code: expect.stringMatching(/^(?:OutcomeUnknown|StoreUnavailable)$/) };
    await store.append('main', [makeDraft()]).catch((error) => expect(error).toMatchObject(lost));
    expect(await begin()).toBe('1');
    const ms = performance.now() - startedMs;
    console.info(`${Math.round(ms)} ms until a frozen server is left`);
    expect(moves).toEqual([hosts[1]]);
    // An answer is waited for twice as long as a statement may take, then a part of it for a new connection.
    expect(ms).toBeLessThan(2 * TIMEOUT_MS + TIMEOUT_MS / 3 + SLACK_MS);
  });
});
