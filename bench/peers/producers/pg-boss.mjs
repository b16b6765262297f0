// pg-boss: send() into one queue.
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { payloadOf } from '../kit/payload.mjs';

const QUEUE = 'bench';
const READ = 'select id::text, data from pgboss.job where (data->>$1)::bigint >= $2';

export async function openProducer(url) {
  const boss = new PgBoss({ connectionString: url });
  boss.on('error', (error) => console.error('pg-boss:', error.message));
  await boss.start();
  await boss.createQueue(QUEUE);
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  return {
    hasDenseIds: false,
    add: (n) => boss.send(QUEUE, payloadOf(n)),
    async readFrom(first) {
      const { rows } = await pool.query(READ, ['n', first]);
      return rows.map(({ id, data }) => [id, data.n]);
    },
    async close() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}
