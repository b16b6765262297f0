// MariaDB's own JSON check lets some text through that is not JSON: it must not reach a frame, nor stop anybody.
import { describeDatabase } from '../support/databases.ts';
import { call, post } from '../support/rpc.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

describeDatabase('mysql', 'data that the database took for JSON', (kind) => {
  it('goes out as null under a reserved type, is counted and archived, and stops nobody', async () => {
    const node = await startApp(kind, { archiver: true });
    const sql = await openSqlSession(kind, node.settings.databaseUrl);
    const { url } = node;
    await call(url, 'registerConsumer', { component: 'c' });
    await sql.insertEvent('GOOD', '1.0');
    await sql.insertEvent('BAD', '"\\q"');
    await sql.insertEvent('GOOD', '[2]');
    await until(async () => (await call(url, 'streamInfo')).last === '3');
    const body = { jsonrpc: '2.0', id: 1, method: 'pollEvents', params: { component: 'c' } };
    const { answer, text } = await post(url, JSON.stringify(body));
    expect(answer.result.events).toMatchObject([
      { id: '1', type: 'GOOD', data: 1 },
      { id: '2', type: 'aftercommit:invalid-data', data: null },
      { id: '3', type: 'GOOD', data: [2] },
    ]);
    expect(text).toContain('"data":1.0,');
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(
      /invalid_data_events_total\{stream="main"\} [1-9]/,
    );
    const archived = () => call(url, 'listConsumers').then((all) => all[0].cursor === '3');
    await until(archived);
    await sql.close();
    await node.stop();
  });
});
