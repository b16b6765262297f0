// MariaDB lets any session switch its checks off: what such a session puts into the inbox must not block the stream.
import { type EventRow, rowBytes } from '../../src/contract/event.ts';
import { NO_EVENT } from '../../src/contract/event-id.ts';
import { isEventTime } from '../../src/contract/time.ts';
import { deliverable, INVALID_DATA_TYPE } from '../../src/feed/deliverable.ts';
import { describeDatabase } from '../support/databases.ts';
import { drainInbox, expectDense, makeDraft, readAll } from '../support/events.ts';
import { type OpenStore, openStore } from '../support/open-store.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';

describeDatabase('mysql', 'a row that was not checked', () => {
  let opened: OpenStore;
  let sql: SqlSession;
  const insert = (values: string) =>
    sql.run(`insert into evt_inbox (type, data, ts) values (${values})`);
  const delivered = async () => {
    const rows: EventRow[] = await readAll(opened.store);
    expectDense(rows);
    expect(await opened.store.mayBeInvalid('main', NO_EVENT)).toBe(true);
    return deliverable(rows, () => {});
  };
  beforeEach(async () => {
    opened = await openStore('mysql');
    sql = await openSqlSession('mysql', opened.url);
    await sql.run('set check_constraint_checks = 0');
    await sql.run("set sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO'");
  });
  afterEach(async () => {
    await sql.close();
    await opened.close();
  });

  it.each([
    ['a type of 129 characters', "repeat('T', 129), '1', now()"],
    ['a type that was cut to its column', "repeat('表', 300), '1', now()"],
    ['an empty type', "'', '1', now()"],
    ['a type with quotes', `'"T","id":"', '1', now()`],
    ['a type of the service', "'aftercommit:forged', '1', now()"],
    ['data that is not JSON', "'T', '{', now()"],
    ['data of 5 MB', `'T', concat('"', repeat('x', 5000000), '"'), now()`],
    ['data that fits into no packet', `'T', repeat('1', @@max_allowed_packet), now()`],
    ['no date', "'T', '1', '0000-00-00'"],
    ['half a date', "'T', '1', '2026-00-10'"],
    ['a day that is not in the calendar', "'T', '1', '2026-02-30'"],
    ['a time before our time', "'T', '1', '0001-01-01'"],
  ])('blocks nobody: %s', async (_, values) => {
    await sql.insertEvent('BEFORE', '1');
    await insert(values);
    await sql.insertEvent('AFTER', '1');
    expect(await drainInbox(opened.store)).toBe(3);
    await insert(values);
    expect((await opened.store.append('main', [makeDraft('CALL')])).first).toBe('5');
    const rows = await delivered();
    expect(rows.map((row) => row[1])).toEqual([
      'BEFORE',
      INVALID_DATA_TYPE,
      'AFTER',
      INVALID_DATA_TYPE,
      'CALL',
    ]);
    for (const row of rows) {
      expect(isEventTime(row[3])).toBe(true);
      expect(rowBytes(row)).toBeLessThan(1000);
    }
    expect(await opened.store.inboxDepth('main')).toEqual({ rows: 0, ageMs: 0 });
    await opened.store.registerConsumer('main', 'a:b', 'beginning');
    expect((await opened.store.listConsumers('main')).length).toBe(1);
  });
});
