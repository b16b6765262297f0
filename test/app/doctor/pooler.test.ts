// `aftercommit doctor` by way of PgBouncer. Where its package cannot be had it is skipped, and said so; under CI it
// fails.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createDatabase, describeDatabase, type TestDatabase } from '../../support/databases.ts';
import { type KeptServer, startKeptServer } from '../../support/kept-server.ts';
import { foundOf } from './diagnosis.ts';

const FINDER = join(__dirname, '../../support/servers/pgbouncer.mjs');

describeDatabase('postgres', 'doctor, behind a pooler', () => {
  const { error }: { error?: string } = JSON.parse(
    execFileSync(process.execPath, [FINDER], { encoding: 'utf8' }),
  );
  if (error !== undefined && process.env.CI) throw new Error(error);
  const itIs = error === undefined ? it : it.skip;
  let database: TestDatabase;
  let pooler: KeptServer | null = null;
  beforeEach(async () => {
    database = await createDatabase('postgres');
  });
  afterEach(async () => {
    await pooler?.close();
    await database.drop();
  });
  const through = async (mode: string) => {
    pooler = await startKeptServer('pgbouncer', { target: database.url, mode });
    return foundOf('pooler', pooler.url);
  };
  const reason = error === undefined ? '' : ` (skipped, ${error})`;

  itIs(`finds one that lends sessions by transaction${reason}`, async () => {
    const [finding] = await through('transaction');
    expect(finding?.mend).toContain('pool_mode = session');
  });

  itIs(`finds nothing wrong with one that lends them by session${reason}`, async () => {
    expect(await through('session')).toEqual([]);
  });
});
