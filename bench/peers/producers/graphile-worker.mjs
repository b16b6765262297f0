// graphile-worker: addJob() of its worker utils.
import { Logger, makeWorkerUtils } from 'graphile-worker';
import pg from 'pg';
import { payloadOf, TYPE } from '../kit/payload.mjs';

const READ =
  'select id::text, payload from graphile_worker._private_jobs where (payload->>$1)::bigint >= $2';

export async function openProducer(url) {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const utils = await makeWorkerUtils({ pgPool: pool, logger: new Logger(() => () => {}) });
  await utils.migrate();
  return {
    hasDenseIds: false,
    add: async (n) => (await utils.addJob(TYPE, payloadOf(n))).id,
    async readFrom(first) {
      const { rows } = await pool.query(READ, ['n', first]);
      return rows.map(({ id, payload }) => [id, payload.n]);
    },
    async close() {
      await utils.release();
      await pool.end();
    },
  };
}
