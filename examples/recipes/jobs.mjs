// An invoice for each paid order, by a call to another service. A consumer writes each job down exactly once; workers
// take the jobs, and each makes its call at least once, always under the same key.
import { setTimeout as pause } from 'node:timers/promises';
import { exactlyOnce } from 'aftercommit/client/exactly-once';

const CALL_MS_MAX = 10_000;
/** Longer than a call may take. A job whose worker has died is free again after it. */
const LEASE_MS = 30_000;
/** Then a job is left for somebody to look at. */
const ATTEMPTS_MAX = 100;
const IDLE_MS = 1000;

export async function createJobs(db) {
  if (await db.schema.hasTable('jobs')) return;
  await db.schema.createTable('jobs', (table) => {
    table.bigInteger('event_id').primary();
    table.text('data').notNullable();
    table.boolean('done').notNullable().defaultTo(false);
    table.integer('attempts').notNullable().defaultTo(0);
    table.bigInteger('free_at').notNullable(); // ms; nobody may take it before
    table.index(['done', 'free_at']);
  });
}

/** Writes down a job for each event. One process does this at a time. */
export async function collectJobs({ client, db, signal }) {
  const once = exactlyOnce({ database: db, consumer: 'invoices' });
  await once.migrate();
  const position = await once.open();
  const consumer = client.consumer({
    component: 'invoices',
    want: ['ORDER_PAID'],
    position,
    onTrouble: (error) => console.warn('invoices:', error),
  });
  const onEvents = once.handler(async (tx, batch) => {
    for (const { id, data } of batch.events) {
      const job = { event_id: id, data: JSON.stringify(data), free_at: Date.now() };
      await tx('jobs').insert(job);
    }
  });
  await consumer.run(onEvents, { signal });
}

/** Works on one job after the other; any number of processes may. */
export async function work({ db, send = sendInvoice, leaseMs = LEASE_MS, signal }) {
  while (!signal.aborted) {
    try {
      const job = await takeJob(db, leaseMs);
      if (job !== undefined) {
        await send(job);
        await db('jobs').where({ event_id: job.event_id }).update({ done: true });
        continue;
      }
    } catch (error) {
      console.warn('An invoice has to wait:', error);
    }
    await pause(IDLE_MS, undefined, { signal }).catch(() => {});
  }
}

async function takeJob(db, leaseMs) {
  const lease = { attempts: db.raw('attempts + 1'), free_at: Date.now() + leaseMs };
  if (db.client.dialect === 'sqlite3') {
    // There is one writer at a time, and a single statement is one write.
    const oldest = freeJobs(db).select('event_id').limit(1);
    const [job] = await db('jobs').where('event_id', oldest).update(lease).returning('*');
    return job;
  }
  return db.transaction(async (tx) => {
    // Workers that look at the same time find different jobs.
    const job = await freeJobs(tx).forUpdate().skipLocked().first();
    if (job !== undefined) await tx('jobs').where({ event_id: job.event_id }).update(lease);
    return job;
  });
}

function freeJobs(db) {
  return db('jobs')
    .where('done', false)
    .where('free_at', '<=', Date.now())
    .where('attempts', '<', ATTEMPTS_MAX)
    .orderBy('free_at');
}

/** The other side makes one invoice under a key, however often it is called. */
async function sendInvoice({ event_id, data }) {
  const response = await fetch(process.env.INVOICES_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': `order-paid-${event_id}` },
    body: data,
    signal: AbortSignal.timeout(CALL_MS_MAX),
  });
  if (!response.ok) throw new Error(`The invoices answer ${response.status}.`);
}
