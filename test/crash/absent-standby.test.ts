// A primary whose standby is gone answers everything but commits: whoever asks whether the node is ready is told.

import { awaitNobody, awaitNobodyNoMore } from '../support/absent-standby.ts';
import { describeDatabase } from '../support/databases.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';
import { call } from '../support/rpc.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';

describeDatabase('postgres', 'commits that wait for a standby that is not there', () => {
  let server: OwnServer;
  let sql: SqlSession;
  let node: NodeProcess;
  afterEach(async () => {
    await node?.end('SIGKILL');
    await sql?.close();
    await server?.close();
  });

  const probe = async () => {
    const response = await fetch(`${node.url}/readyz`);
    const { problems } = (await response.json()) as { problems: object };
    return { http: response.status, problems };
  };
  const waitSeconds = async () => {
    const text = await (await fetch(`${node.url}/metrics`)).text();
    return Number(/^aftercommit_commits_wait_seconds (.*)$/m.exec(text)?.[1]);
  };
  const add = (key: string) => call(node.url, 'addEvent', { type: 'T', idempotency_key: key });

  it('are said to hang, until it is there or nobody waits for it', async () => {
    server = await startOwnServer('postgres');
    const databaseUrl = await server.createDatabase();
    sql = await openSqlSession('postgres', databaseUrl);
    node = await startNode({ databaseUrl, logLevel: 'silent' });
    expect(await add('first')).toBe('1');
    expect(await probe()).toEqual({ http: 200, problems: {} });
    expect(await waitSeconds()).toBe(0);

    await awaitNobody(databaseUrl, sql);
    const adding = add('second');
    const words = 'its commits wait for a standby';
    await until(async () => JSON.stringify((await probe()).problems).includes(words));
    expect((await probe()).http).toBe(503);
    expect(await waitSeconds()).toBeGreaterThanOrEqual(5);
    await awaitNobodyNoMore(sql);
    expect(await adding).toBe('2');
    await until(async () => (await probe()).http === 200);
    expect(await waitSeconds()).toBe(0);
  }, 60_000);
});
