// Collects jobs and works on them; the outside service is at INVOICES_URL.
//   node jobs.mjs URL DATABASE_URL LEASE_MS
import { createClient } from 'aftercommit/client';
import { collectJobs, createJobs, work } from '../../../examples/recipes/jobs.mjs';
import { openKnex, untilTold } from './open-knex.mjs';

const [url, databaseUrl, leaseMs] = process.argv.slice(2);
const db = openKnex(databaseUrl);
const signal = untilTold();
await createJobs(db);
const worker = () => work({ db, leaseMs: Number(leaseMs), signal });
await Promise.all([collectJobs({ client: createClient({ url }), db, signal }), worker(), worker()]);
await db.destroy();
