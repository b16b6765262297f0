// What is special about PostgreSQL's steps: the fence, the bound in bytes, the plans.
import { randomBytes } from 'node:crypto';
import { sessionSettings } from '../../src/store/dialects/postgres/session.ts';
import {
  inboxDepthSql,
  readShortStatement,
  readStatement,
} from '../../src/store/dialects/postgres/statements.ts';
import { stepStatements } from '../../src/store/dialects/postgres/step-sql.ts';
import { placeOf } from '../../src/store/dialects/source.ts';
import { describeDatabase } from '../support/databases.ts';
import { drainInbox, expectDense, id, makeDraft, makeDrafts, readAll } from '../support/events.ts';
import { type OpenStore, openStore } from '../support/open-store.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';

describeDatabase('postgres', 'steps', () => {
  let opened: OpenStore;
  let sql: SqlSession;
  const sessions: SqlSession[] = [];
  const session = async () => {
    const opening = await openSqlSession('postgres', opened.url);
    sessions.push(opening);
    return opening;
  };
  beforeEach(async () => {
    opened = await openStore('postgres');
    sql = await session();
  });
  afterEach(async () => {
    for (const each of sessions.splice(0)) await each.close();
    await opened.close();
  });

  it('append in time under producers that outrun them', async () => {
    const { store } = opened;
    const produce = (rows: number, where = '') =>
      `insert into evt_inbox (type, data) select 'BULK', '1' from generate_series(1, ${rows}) ${where}`;
    await sql.run(produce(2000));
    const producers = [await session(), await session()];
    // Without a bound each call would find several times what the one before has moved.
    const isNotFull = 'where (select count(*) from evt_inbox) < 10000';
    let isRunning = true;
    const producing = producers.map(async (producer) => {
      while (isRunning) await producer.run(produce(600, isNotFull));
    });
    const left: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      await sql.insertEvent('BEFORE', String(round));
      await store.append('main', [makeDraft('CALL', round)]);
      const [row] = await sql.run('select count(*) as depth from evt_inbox');
      left.push(Number(row?.depth));
    }
    isRunning = false;
    await Promise.all(producing);
    // It is full at each, but for a moment in which both have just committed.
    expect(Math.max(...left)).toBeGreaterThan(0);
    await drainInbox(store);
    const rows = await readAll(store);
    expectDense(rows);
    const marked = rows.filter((row) => row[1] !== 'BULK').map((row) => `${row[1]} ${row[2]}`);
    expect(marked).toEqual([0, 1, 2].flatMap((round) => [`BEFORE ${round}`, `CALL ${round}`]));
  });

  describe('with large rows', () => {
    // Random, since bytes are counted as they are stored.
    const insertLarge = (bytes: number) =>
      sql.insertEvent('LARGE', JSON.stringify(randomBytes((bytes / 4) * 3).toString('base64')));

    it('move no more than 4 MiB each, and say that there is more', async () => {
      for (let row = 0; row < 10; row += 1) await insertLarge(1_000_000);
      const steps = [];
      for (let step = 0; step < 3; step += 1) steps.push(await opened.store.moveInbox('main'));
      expect(steps).toEqual([
        { moved: 4, isDrained: false },
        { moved: 4, isDrained: false },
        { moved: 2, isDrained: true },
      ]);
    });

    it('append behind all of them', async () => {
      for (let row = 0; row < 9; row += 1) await insertLarge(1_000_000);
      await sql.insertEvent('SMALL', '1');
      expect(await opened.store.append('main', makeDrafts(2))).toEqual({ first: '11', moved: 10 });
      expectDense(await readAll(opened.store));
    });
  });

  it('leave a sealed stream as it is, and go on when it is open again', async () => {
    const { store } = opened;
    await store.append('main', [makeDraft()]);
    await sql.insertEvent('WAITING', '1');
    await sql.run("update evt_streams set status = 'sealed'");
    await expect(store.append('main', [makeDraft()])).rejects.toMatchObject({
      code: 'StreamSealed',
    });
    expect(await store.moveInbox('main')).toEqual({ moved: 0, isDrained: true });
    await sql.run("update evt_streams set status = 'open'");
    expect(await store.append('main', [makeDraft()])).toEqual({ first: '3', moved: 1 });
  });

  it('refuse a stream that is not there, or not there any more', async () => {
    const { store } = opened;
    const notFound = { code: 'StreamNotFound' };
    await expect(store.append('nowhere', [makeDraft()])).rejects.toMatchObject(notFound);
    await expect(store.moveInbox('nowhere')).rejects.toMatchObject(notFound);
    await store.append('main', [makeDraft()]);
    await sql.run('delete from evt_streams');
    await expect(store.append('main', [makeDraft()])).rejects.toMatchObject(notFound);
    await expect(store.moveInbox('main')).rejects.toMatchObject(notFound);
  });

  it('leave the stream to the node that holds its row', async () => {
    // The first step writes down which database it is taken in.
    await opened.store.moveInbox('main');
    await sql.insertEvent('WAITING', '1');
    await sql.run('begin');
    await sql.run('select from evt_streams for update');
    expect(await opened.store.moveInbox('main')).toEqual({ moved: 0, isDrained: false });
    await sql.run('commit');
    expect(await opened.store.moveInbox('main')).toEqual({ moved: 1, isDrained: true });
  });

  it('bring back the time of the insert, whatever the time zone of its session', async () => {
    await sql.run("set timezone = 'Asia/Kathmandu'");
    await sql.insertEvent('TEST', '1');
    const [written] = await sql.run('select extract(epoch from ts) * 1000 as ms from evt_inbox');
    await drainInbox(opened.store);
    const ts = (await readAll(opened.store))[0]?.[3] ?? '';
    expect(Date.parse(ts)).toBe(Number(written?.ms));
  });

  describe('by their plans', () => {
    const explain = async (statement: string) => {
      const rows = await sql.run(`explain (analyze) ${statement}`);
      // From PostgreSQL 18 on rows have decimals, for they are the mean of all loops.
      return rows.map((row) => String(row['QUERY PLAN']).replace('.00 loops', ' loops')).join('\n');
    };
    const plan = async (text: string, values: string) => {
      await sql.run(`prepare shown as ${text}`);
      await sql.run('begin');
      const shown = await explain(`execute shown(${values})`);
      await sql.run('rollback');
      return shown;
    };
    // Small, and never analyzed: where the planner is most easily wrong.
    beforeEach(async () => {
      await sql.run(
        sessionSettings({ place: placeOf('postgres:'), timeoutMs: 10_000, statementMs: 10_000 }),
      );
      await opened.store.append('main', makeDrafts(700));
      await sql.run("insert into evt_inbox (type, data) select 'T', '1' from evt_queue");
    });

    it.each([
      ['lean', "'main', '0', '{A}', '{1}'"],
      ['full', "'main', '0', '{A}', '{1}', '9223372036854775807'"],
      ['inboxOnly', "'main', '0'"],
    ] as const)('%s goes by primary keys, in their order', async (form, values) => {
      const text = await plan(stepStatements('main')[form].text, values);
      expect(text).not.toMatch(/Seq Scan|Bitmap/);
      expect(text).toMatch(/Index Scan using evt_streams_pkey/);
      expect(text).toMatch(/Index (Only )?Scan using evt_inbox_pkey/);
      if (form !== 'lean') {
        expect(text).toMatch(/Tid Scan on evt_inbox .*rows=500 loops=1\)/);
        expect(text).toMatch(/Index Scan using evt_inbox_pkey on evt_inbox .*rows=500 loops=1\)/);
      }
    });

    it('a read walks the queue from where it begins', async () => {
      let count = 0;
      const text = readStatement('evt_queue', { stream: 'main', epoch: 1 }).text.replaceAll(
        '?',
        () => {
          count += 1;
          return `$${count}`;
        },
      );
      const shown = await plan(text, "'600', 50, 4194304, 4194304");
      expect(shown).toMatch(/Index Scan using evt_queue_pkey .*rows=50 loops=1\)/);
      expect(shown).not.toMatch(/Seq Scan|Bitmap|Sort/);
    });

    it('so does a read of short rows, and once more for their size', async () => {
      let count = 0;
      const text = readShortStatement('evt_queue', { stream: 'main', epoch: 1 }).text.replaceAll(
        '?',
        () => {
          count += 1;
          return `$${count}`;
        },
      );
      const shown = await plan(text, "'600', 4194304, 50, '600', 50");
      expect(shown.match(/Index Scan using evt_queue_pkey .*rows=50 loops=1\)/g)?.length).toBe(2);
      expect(shown).not.toMatch(/Seq Scan|Bitmap|Sort/);
    });

    it('a discard goes by its window', async () => {
      const text = 'delete from evt_queue where id > $1 and id <= $2';
      const shown = await plan(text, '100, 200');
      expect(shown).toMatch(/Index Scan using evt_queue_pkey .*rows=100 loops=1\)/);
    });

    it('the depth of the inbox reads one row for its age', async () => {
      const shown = await explain(inboxDepthSql('main'));
      expect(shown).toMatch(/Index Scan using evt_inbox_pkey .*rows=1 loops=1\)/);
    });
  });

  it('reads short rows and long ones in their order, wherever one follows the other', async () => {
    const { store } = opened;
    const long = JSON.stringify('x'.repeat(900_000));
    const data = [1, 2, long, 3, long, long, long, 4, 5, long].map(String);
    await store.append(
      'main',
      data.map((each) => ({ type: 'T', data: each })),
    );
    const limits = { eventsMax: 1000, bytesMax: 4_194_304 };
    const found: string[] = [];
    let reads = 0;
    for (let after = id(0); ; reads += 1) {
      const rows = await store.readAfter('main', after, limits);
      if (rows.length === 0) break;
      found.push(...rows.map((row) => row[2]));
      after = rows.at(-1)?.[0] ?? after;
      expect(rows.reduce((sum, row) => sum + row[2].length, 0)).toBeLessThan(4_194_304);
    }
    expect(found).toEqual(data);
    expect(reads).toBeLessThan(5);
  });

  it('read the same bytes whether they are stored compressed or not', async () => {
    const { store } = opened;
    await store.append(
      'main',
      ['x'.repeat(1_000_000), randomBytes(750_000).toString('base64')].flatMap((text) => [
        makeDraft('LARGE', text),
        makeDraft('LARGE', text),
      ]),
    );
    const page = async (after: number, bytesMax: number) =>
      (await store.readAfter('main', id(after), { eventsMax: 1000, bytesMax })).map(
        (row) => row[0],
      );
    expect(await page(0, 2_500_000)).toEqual(['1', '2']);
    expect(await page(2, 2_500_000)).toEqual(['3', '4']);
    expect(await page(0, 3_500_000)).toEqual(['1', '2', '3']);
    expect(await page(3, 10)).toEqual(['4']);
  });
});
