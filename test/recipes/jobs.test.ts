// examples/recipes/jobs.mjs: each job is written down once, and its call is made at least once, always under its key.
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Knex } from 'knex';
import { type Client, createClient } from '../../src/client/index.ts';
import { applicationKnex } from '../support/application-knex.ts';
import { createDatabase, describeDrawnDatabase, type TestDatabase } from '../support/databases.ts';
import { openRandom } from '../support/random.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';
import { killPrograms, pause, startProgram } from './programs.ts';

const KILLS = 4;
const LEASE_MS = 300;
const EVENTS = 60;

describeDrawnDatabase('an invoice for each paid order', (kind) => {
  let node: StartedApp;
  let own: TestDatabase;
  let db: Knex;
  let client: Client;
  /** Of each key, what was in each call. */
  const calls = new Map<string, unknown[]>();
  let onCall: (key: string, response: ServerResponse) => void;
  let outside: Server;
  const start = () => {
    const port = (outside.address() as AddressInfo).port;
    const args = [node.url, own.url, String(LEASE_MS)];
    return startProgram('jobs', args, { INVOICES_URL: `http://127.0.0.1:${port}/invoices` });
  };

  beforeEach(async () => {
    calls.clear();
    node = await startApp(kind, { batchMax: 5 });
    client = createClient({ url: node.url });
    own = await createDatabase(kind);
    db = applicationKnex(kind, own.url);
    outside = createServer(async (request, response) => {
      let text = '';
      for await (const part of request) text += part;
      const key = String(request.headers['idempotency-key']);
      calls.set(key, [...(calls.get(key) ?? []), JSON.parse(text)]);
      onCall(key, response);
    });
    outside.listen(0, '127.0.0.1');
    await once(outside, 'listening');
  });
  afterEach(async () => {
    await killPrograms();
    outside.closeAllConnections();
    outside.close();
    await node.stop();
    await db.destroy();
    await own.drop();
  });

  const jobs = async () =>
    (await db.schema.hasTable('jobs')) ? db('jobs').orderBy('event_id') : [];
  const allDone = (count: number) =>
    until(async () => {
      const rows = await jobs();
      return rows.length === count && rows.every(({ done }) => Boolean(done));
    }, 40_000);

  it('is called again under the same key when its worker has died during the call', async () => {
    onCall = () => {}; // takes the call and never answers
    await client.addEvent('ORDER_PAID', { order: 7 });
    const program = start();
    await until(() => calls.size === 1);
    await program.kill();
    onCall = (_, response) => void response.end();
    start();
    await allDone(1);
    expect([...calls]).toEqual([['order-paid-1', [{ order: 7 }, { order: 7 }]]]);
    expect(await jobs()).toMatchObject([{ attempts: 2 }]);
  });

  it('is called again when the call has failed, and others do not wait for it', async () => {
    let refusals = 2;
    onCall = (key, response) => {
      if (key === 'order-paid-1' && refusals-- > 0) response.statusCode = 503;
      response.end();
    };
    start();
    for (let order = 1; order <= 3; order += 1) await client.addEvent('ORDER_PAID', { order });
    await allDone(3);
    expect(calls.get('order-paid-1')).toHaveLength(3);
    expect(calls.get('order-paid-2')).toHaveLength(1);
    expect(calls.get('order-paid-3')).toHaveLength(1);
  });

  it('is missing for none and made under one key for each, however often processes are killed', async () => {
    const random = openRandom();
    onCall = (_, response) => void setTimeout(() => response.end(), random.below(30));
    let programs = [start(), start()];
    const writing = (async () => {
      for (let order = 1; order <= EVENTS; order += 1) {
        await client.addEvent('ORDER_PAID', { order });
        await client.addEvent('ORDER_SEEN', { order });
        await pause(random.below(40));
      }
    })();
    for (let round = 0; round < KILLS; round += 1) {
      await pause(300 + random.below(700));
      await Promise.all(programs.map((program) => program.kill()));
      programs = [start()];
    }
    await writing;
    await allDone(EVENTS);
    const rows = await jobs();
    // Every other event was unwanted.
    expect(rows.map(({ event_id }) => Number(event_id))).toEqual(
      Array.from({ length: EVENTS }, (_, nth) => 2 * nth + 1),
    );
    expect(calls.size).toBe(EVENTS);
    for (const [nth, { event_id }] of rows.entries()) {
      const made = calls.get(`order-paid-${event_id}`) ?? [];
      expect(new Set(made.map((each) => JSON.stringify(each)))).toEqual(
        new Set([JSON.stringify({ order: nth + 1 })]),
      );
    }
  });
});
