// The floor of the inbox: raised only over what is proven to be passed.
import pg from 'pg';
import { InboxFloor } from '../../src/store/dialects/postgres/inbox-floor.ts';
import { sessionSettings } from '../../src/store/dialects/postgres/session.ts';
import type { FirstRow } from '../../src/store/dialects/postgres/step-client.ts';
import { stepStatements } from '../../src/store/dialects/postgres/step-sql.ts';
import { placeOf } from '../../src/store/dialects/source.ts';
import { describeDatabase } from '../support/databases.ts';
import { drainInbox, expectDense, makeDraft, readAll } from '../support/events.ts';
import { type OpenStore, openStore } from '../support/open-store.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';

const BULK = "insert into evt_inbox (type, data) select 'BULK', '1' from generate_series(1, 100)";

describeDatabase('postgres', 'the floor of the inbox', () => {
  let opened: OpenStore;
  let client: pg.Client;
  let slow: SqlSession;
  let fast: SqlSession;
  let nowMs: number;
  let floor: InboxFloor;
  const first: FirstRow = async <Row>(
    { name, text }: { name: string; text: string },
    values: readonly unknown[],
  ) => (await client.query({ name, text, values: [...values] })).rows[0] as Row | undefined;
  /** How many pages the walk over the inbox's index touches in one step. */
  const pagesOfStep = async (from: string) => {
    await client.query(
      sessionSettings({ place: placeOf('postgres:'), timeoutMs: 10_000, statementMs: 10_000 }),
    );
    await client.query(`prepare step_${from} as ${stepStatements('main').inboxOnly.text}`);
    const shown = await client.query(
      `explain (analyze, buffers, format json) execute step_${from}('main', ${from})`,
    );
    const text = JSON.stringify(shown.rows[0]['QUERY PLAN']);
    const scan = text.slice(text.indexOf('"Index Name":"evt_inbox_pkey"'));
    return Number(/"Shared Hit Blocks":(\d+)/.exec(scan)?.[1]);
  };
  beforeEach(async () => {
    opened = await openStore('postgres');
    client = new pg.Client({ connectionString: opened.url });
    await client.connect();
    slow = await openSqlSession('postgres', opened.url);
    fast = await openSqlSession('postgres', opened.url);
    nowMs = 0;
    floor = new InboxFloor('evt_inbox', () => nowMs);
  });
  afterEach(async () => {
    await slow.close();
    await fast.close();
    await client.end();
    await opened.close();
  });

  it('is nothing at first, and nothing while the inbox was never used', async () => {
    expect(floor.take()).toBe('0');
    await floor.raise(first);
    expect(floor.take()).toBe('0');
  });

  it('is due after a thousand rows', () => {
    expect(floor.isDueAfter(999)).toBe(false);
    expect(floor.isDueAfter(1)).toBe(true);
  });

  it('rises to the last number when all before it was moved', async () => {
    await fast.run(BULK);
    await drainInbox(opened.store);
    await floor.raise(first);
    expect(floor.take()).toBe('100');
    await fast.run(BULK);
    await drainInbox(opened.store);
    await floor.raise(first);
    expect(floor.take()).toBe('200');
  });

  it('stays below rows that were not moved yet', async () => {
    await fast.run(BULK);
    await floor.raise(first);
    expect(floor.take()).toBe('0');
    await drainInbox(opened.store);
    await floor.raise(first);
    expect(floor.take()).toBe('100');
  });

  it('stays below a transaction that is open, and below its rows until they are moved', async () => {
    await slow.run('begin');
    await slow.insertEvent('SLOW', '1');
    await fast.run(BULK);
    await drainInbox(opened.store);
    await floor.raise(first);
    expect(floor.take()).toBe('0');
    await slow.run('commit');
    await floor.raise(first);
    expect(floor.take()).toBe('0');
    await drainInbox(opened.store);
    await floor.raise(first);
    expect(floor.take()).toBe('101');
  });

  it('does not wait for transactions that came later', async () => {
    await slow.run('begin');
    await slow.insertEvent('SLOW', '1');
    await floor.raise(first);
    await fast.run('begin');
    await fast.insertEvent('LATER', '1');
    await slow.run('rollback');
    await floor.raise(first);
    expect(floor.take()).toBe('1');
    await fast.run('commit');
  });

  it('does not wait for readers, however old their snapshot', async () => {
    await slow.run('begin isolation level repeatable read');
    await slow.run('select count(*) from evt_inbox');
    await fast.run(BULK);
    await drainInbox(opened.store);
    await floor.raise(first);
    expect(floor.take()).toBe('100');
    await slow.run('commit');
  });

  it('stays where it is when the sequence gives numbers away in advance', async () => {
    await fast.run('alter table evt_inbox alter column id set cache 10');
    await fast.run(BULK);
    await drainInbox(opened.store);
    await floor.raise(first);
    expect(floor.take()).toBe('0');
  });

  it('is left out once in a while, for rows that somebody put below it', async () => {
    await fast.run(BULK);
    await drainInbox(opened.store);
    await floor.raise(first);
    nowMs = 9999;
    expect(floor.take()).toBe('100');
    nowMs = 10_000;
    expect(floor.take()).toBe('0');
    expect(floor.isDueAfter(0)).toBe(true);
    await floor.raise(first);
    expect(floor.take()).toBe('100');
  });

  it('is forgotten when the sequence was restarted', async () => {
    await fast.run(BULK);
    await drainInbox(opened.store);
    await floor.raise(first);
    await fast.run('truncate evt_inbox restart identity');
    await fast.insertEvent('AGAIN', '1');
    await floor.raise(first);
    expect(floor.take()).toBe('0');
  });

  it('keeps steps from slowing down under an old snapshot, and loses nothing', async () => {
    const { store } = opened;
    const bulk = BULK.replace('100)', '5000)');
    await slow.run('begin isolation level repeatable read');
    await slow.run('select count(*) from evt_inbox');
    const open = await openSqlSession('postgres', opened.url);
    await open.run('begin');
    await open.insertEvent('OPEN', '1');
    for (let round = 0; round < 6; round += 1) {
      await fast.run(bulk);
      await drainInbox(store);
    }
    await open.run('commit');
    await open.close();
    for (let round = 0; round < 6; round += 1) {
      await fast.run(bulk);
      await drainInbox(store);
    }
    await store.append('main', [makeDraft('LAST')]);
    await floor.raise(first);
    const touched = [await pagesOfStep('0'), await pagesOfStep(floor.take())];
    expect(touched[0]).toBeGreaterThan(300);
    expect(touched[1]).toBeLessThan(30);
    await slow.run('commit');
    const rows = await readAll(store);
    expectDense(rows);
    expect(rows.length).toBe(60_002);
    expect(rows.filter((row) => row[1] === 'OPEN').length).toBe(1);
    expect(rows.at(-1)?.[1]).toBe('LAST');
  });
});
