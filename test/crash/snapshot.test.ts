// A snapshot that somebody (a dump) holds open all the time: the rows that went through the inbox stay as dead ones,
// and events arrive all the same, in order and without delay. SNAPSHOT_EVENTS sets how many (20,000 by default).
import {
  createDatabase,
  describeDatabase,
  serverKinds,
  type TestDatabase,
} from '../support/databases.ts';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { Reader } from './reader.ts';

const EVENTS = Number(process.env.SNAPSHOT_EVENTS ?? 20_000);
const ROWS = 200;
const SAMPLES = 25;
/** Against the same in the beginning; a busy machine alone makes it several times. */
const RATIO_MAX = 10;
/** Below this a ratio says nothing. */
const LATENCY_MS_MIN = 10;

const HOLD = {
  postgres: ['begin isolation level repeatable read', 'select count(*) from evt_inbox'],
  mysql: [
    'set session transaction isolation level repeatable read',
    'start transaction with consistent snapshot',
    'select count(*) from evt_inbox',
  ],
};

for (const kind of serverKinds) {
  describeDatabase(kind, 'a snapshot that is held open', () => {
    let database: TestDatabase;
    let node: NodeProcess;
    let holder: SqlSession;
    let writer: SqlSession;
    let reader: Reader;
    beforeEach(async () => {
      database = await createDatabase(kind);
      node = await startNode({ databaseUrl: database.url });
      holder = await openSqlSession(kind, database.url);
      writer = await openSqlSession(kind, database.url);
      reader = new Reader(node.url, 'c');
    });
    afterEach(async () => {
      await reader?.stop();
      await node?.end('SIGKILL');
      await holder?.close();
      await writer?.close();
      await database.drop();
    });

    /** How long an event takes from its commit to its reader: the median of some, one after the other. */
    const latencyMs = async () => {
      const found: number[] = [];
      for (let nth = 0; nth < SAMPLES; nth += 1) {
        const count = reader.data.length;
        const startedMs = performance.now();
        await writer.insertEvent('T', '1');
        await until(() => reader.data.length > count);
        found.push(performance.now() - startedMs);
      }
      return found.sort((a, b) => a - b)[SAMPLES >> 1] as number;
    };

    it('delays nothing, and every event arrives in order', async () => {
      for (const statement of HOLD[kind]) await holder.run(statement);
      await reader.start();
      const first = await latencyMs();
      for (let nth = 0; nth < EVENTS; nth += ROWS) {
        const rows = Array.from({ length: ROWS }, (_, place) => `('T', '${nth + place}')`);
        await writer.run(`insert into evt_inbox (type, data) values ${rows.join(', ')}`);
      }
      const numbers = () => reader.data.slice(SAMPLES);
      await until(() => numbers().length === EVENTS, 120_000);
      const last = await latencyMs();
      console.info(
        `${kind}: ${first.toFixed(1)} ms, behind ${EVENTS} events ${last.toFixed(1)} ms`,
      );
      expect(reader.faults).toEqual([]);
      expect(numbers().slice(0, EVENTS)).toEqual(Array.from({ length: EVENTS }, (_, nth) => nth));
      expect(last).toBeLessThan(RATIO_MAX * Math.max(first, LATENCY_MS_MIN));
    }, 300_000);
  });
}
