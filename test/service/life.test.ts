// The whole life of an event: added, polled, pushed, acknowledged, archived, discarded.
import { describeDatabases } from '../support/databases.ts';
import { call, type Pushed, RpcSocket } from '../support/rpc.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

describeDatabases('the life of an event', (kind) => {
  let node: StartedApp;
  beforeEach(async () => {
    node = await startApp(kind, { archiver: true, discarder: true });
  });
  afterEach(() => node.stop());

  it('runs from addEvent to the warehouse', async () => {
    const { url } = node;
    await call(url, 'registerConsumer', { component: 'polling' });
    await call(url, 'registerConsumer', { component: 'pushed' });
    expect(await call(url, 'addEvent', { type: 'ORDER_PAID', data: { order: 7 } })).toBe('1');
    expect(
      await call(url, 'addEvents', { events: [{ type: 'A' }, { type: 'B', data: [1] }] }),
    ).toEqual({ first: '2', last: '3' });

    const polled = await call(url, 'pollEvents', { component: 'polling', wait_ms: 5000 });
    expect(polled).toMatchObject({ after: '0', up_to: '3', epoch: 1 });
    expect(polled.events.map((event: { id: string }) => event.id)).toEqual(['1', '2', '3']);
    expect(polled.events[0]).toMatchObject({ type: 'ORDER_PAID', data: { order: 7 } });
    expect(polled.events[1].data).toBeNull();

    const pushed: Pushed[] = [];
    const socket = await RpcSocket.open(url, (batch) => pushed.push(batch) > 0);
    expect(await socket.call('readyToReceive', { component: 'pushed' })).toBe(true);
    await until(() => pushed.flatMap((batch) => batch.params.events).length === 3);
    expect(pushed[0]?.params).toMatchObject({ component: 'pushed', seq: 0, after: '0' });
    expect(pushed.at(-1)?.params).toMatchObject({ seq: pushed.length - 1, up_to: '3' });
    await call(url, 'pollEvents', { component: 'polling', last_id: polled.up_to });

    await until(async () => (await call(url, 'streamInfo')).discarded_up_to === '3');
    expect(await call(url, 'streamInfo')).toMatchObject({ first: '0', last: '3', inbox: 0 });
    const sql = await openSqlSession(kind, node.settings.warehouseUrl);
    const history = await sql.run('select id, type from evt_history order by id');
    await sql.close();
    expect(history.map((row) => [Number(row.id), row.type])).toEqual([
      [1, 'ORDER_PAID'],
      [2, 'A'],
      [3, 'B'],
    ]);

    expect(await call(url, 'addEvent', { type: 'LATER' })).toBe('4');
    await until(() => pushed.flatMap((batch) => batch.params.events).length === 4);
    await socket.close();
    expect(await call(url, 'listConsumers')).toMatchObject([
      { principal: null, component: 'ARCHIVER' },
      { principal: 'local', component: 'polling', lag: 1 },
      { principal: 'local', component: 'pushed' },
    ]);
  });

  it('begins in a transaction of the application just as well', async () => {
    const sql = await openSqlSession(kind, node.settings.databaseUrl);
    const pushed: Pushed[] = [];
    const socket = await RpcSocket.open(node.url, (batch) => pushed.push(batch) > 0);
    await socket.call('readyToReceive', { component: 'LIVE' });
    await sql.run('begin');
    await sql.insertEvent('PAID', '{"a": 1.0}');
    await sql.run('commit');
    await until(() => pushed.length > 0);
    expect(pushed[0]?.text).toContain('"type":"PAID","data":{"a": 1.0},');
    await socket.close();
    await sql.close();
  });
});
