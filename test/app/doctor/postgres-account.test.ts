// `aftercommit doctor` on PostgreSQL, by an account that was set up wrongly on purpose: what it may not do is found,
// and a superuser who runs the statements in an ordinary session mends it and touches nothing else.
import { randomBytes } from 'node:crypto';
import type { FindingId } from '../../../src/store/finding-table.ts';
import { Store } from '../../../src/store/store.ts';
import { createDatabase, describeDatabase, type TestDatabase } from '../../support/databases.ts';
import { makeDraft } from '../../support/events.ts';
import { openSqlSession, type SqlSession } from '../../support/sql-session.ts';
import { diagnose, foundOf } from './diagnosis.ts';

describeDatabase('postgres', 'doctor, of an account', () => {
  const shop = `Shop_${randomBytes(4).toString('hex')}`;
  let database: TestDatabase;
  let name: string;
  let url: string;
  let sql: SqlSession;
  const rights = () => foundOf('right-missing', url);
  const run = async (...statements: readonly string[]) => {
    for (const statement of statements) await sql.run(statement);
  };
  const newestId = async () => {
    const store = await Store.open({ database: url, poolMax: 2, timeoutMs: 5000 });
    await store.migrate(['main']);
    const { newest } = await store.streamState('main');
    await store.close();
    return newest;
  };

  beforeAll(async () => {
    database = await createDatabase('postgres');
    name = new URL(database.url).pathname.slice(1);
    sql = await openSqlSession('postgres', database.url);
    await run(
      `create role "${shop}" login password 'p'`,
      `grant create on schema public to "${shop}"`,
    );
    url = Object.assign(new URL(database.url), { username: shop, password: 'p' }).href;
    const store = await Store.open({ database: url, poolMax: 2, timeoutMs: 5000 });
    await store.migrate(['main']);
    await store.append('main', [makeDraft('A')]);
    await store.close();
  });
  afterAll(async () => {
    await sql?.close();
    await database?.drop();
    const all = await openSqlSession('postgres', String(process.env.TEST_POSTGRES_URL));
    await all.run(`drop role if exists "${shop}"`);
    await all.close();
  });

  it('has nobody make a new schema over tables that the account does not reach', async () => {
    await run('revoke usage on schema public from public');
    const { findings, ids, code } = await diagnose(url);
    expect(ids).not.toContain('migrations-missing');
    expect(ids).not.toContain('table-missing');
    expect(code).toBe(1);
    const [finding] = findings.filter(({ id }) => id === 'right-missing');
    expect(finding?.found).toContain(`in the schema public, which ${shop} may not use`);
    expect(finding?.sql).toEqual([`grant usage on schema "public" to "${shop}"`]);
    await run(...(finding?.sql ?? []));
    expect(await rights()).toEqual([]);
    expect(await newestId()).toBe('1');
  });

  it('looks through the whole search path for tables that the account does not reach', async () => {
    await run(
      `revoke all on schema public from "${shop}"`,
      // PostgreSQL 14 lets everybody.
      'revoke create on schema public from public',
      `create schema "${shop}" authorization "${shop}"`,
    );
    const [finding, ...others] = await rights();
    expect([finding?.sql, others]).toEqual([
      [`grant usage, create on schema "public" to "${shop}"`],
      [],
    ]);
    expect(finding?.mend).toContain(`start this one in ${shop}`);
    await run(...(finding?.sql ?? []), `drop schema "${shop}"`);
    expect(await rights()).toEqual([]);
    expect(await newestId()).toBe('1');
  });

  it('leads an account whose search path leads nowhere to the tables', async () => {
    await run(`alter role "${shop}" in database ${name} set search_path = nowhere`);
    const [finding] = await rights();
    expect(finding?.found).toContain(`not in the search path of ${shop}`);
    await run(...(finding?.sql ?? []));
    expect(await rights()).toEqual([]);
    expect(await newestId()).toBe('1');
  });

  it('finds that an owner has no right to its table', async () => {
    await run(`revoke select, delete on evt_streams from "${shop}"`);
    const { findings, code } = await diagnose(url);
    const [finding] = findings.filter(({ id }) => id === 'right-missing');
    expect(finding?.found).toBe(`${shop} owns evt_streams, and has no right to select, delete.`);
    expect(code).toBe(1);
    await run(...(finding?.sql ?? []));
    expect(await rights()).toEqual([]);
    expect(await newestId()).toBe('1');
  });

  it('has nobody begin anew beside tables that may be the ones that are meant', async () => {
    const inDatabase = `alter role "${shop}" in database ${name}`;
    const missing = () => foundOf('migrations-missing', url);
    await run(`create schema s9 authorization "${shop}"`, `${inDatabase} set search_path = s9`);
    const [finding] = await missing();
    expect(finding?.found).toContain(`in the schema public, which is not in the search path of`);
    expect(finding?.mend).toMatch(
      /^If they are this service's, lead .* If they are another service's: Start the service/,
    );
    expect(finding?.sql).toEqual([
      `${inDatabase.replace(name, `"${name}"`)} set search_path = "public"`,
    ]);

    // Another service's, and whose of both is not known; nor is it where an account owns none of it.
    await run('create schema s8', 'create table s8.evt_streams ()');
    const [several] = await missing();
    expect(several?.found).toContain('in the schemas public, s8, which are not in');
    expect(several?.sql).toEqual([]);
    await run('alter table public.evt_streams rename to evt_streams_aside');
    expect((await missing())[0]).toMatchObject({
      found: expect.stringContaining('in the schema s8'),
      sql: [],
    });
    await run(
      'alter table public.evt_streams_aside rename to evt_streams',
      'drop table s8.evt_streams',
    );

    await run('drop schema s8', ...(finding?.sql ?? []), 'drop schema s9');
    expect(await missing()).toEqual([]);
    expect(await newestId()).toBe('1');
  });

  it('has nobody make a second set of tables in front of the first', async () => {
    const differs = () => foundOf('schema-differs', url);
    const reset = `alter role "${shop}" in database ${name} reset search_path`;
    await run(reset, `create schema "${shop}" authorization "${shop}"`);
    await expect(newestId()).rejects.toThrow(
      `in the schema public, and new ones would be made in ${shop}`,
    );
    const { findings, ids } = await diagnose(url);
    expect(ids).not.toContain('migrations-missing');
    const [finding] = findings.filter(({ id }) => id === 'schema-differs');
    expect(finding?.found).toContain(`which stands before it in the search path of ${shop}`);
    expect(await foundOf('schema-differs', database.url)).toEqual([]);
    await run(...(finding?.sql ?? []));
    expect(await differs()).toEqual([]);
    expect(await newestId()).toBe('1');

    // As it is where somebody has started it there, by a search path of that schema alone.
    await run(reset);
    const alone = `${url}?options=${encodeURIComponent(`-c search_path="${shop}"`)}`;
    const store = await Store.open({ database: alone, poolMax: 2, timeoutMs: 5000 });
    await store.migrate(['main']);
    await store.close();
    expect(await newestId()).toBe('0');
    expect(await differs()).toEqual([]);
    const [doubled] = await foundOf('schema-doubled', url);
    expect(doubled?.found).toContain(`and in the schema public, which the search path has behind`);
    expect(await foundOf('schema-doubled', alone)).toEqual([]);
    await run(`drop schema "${shop}" cascade`);
    expect(await foundOf('schema-doubled', url)).toEqual([]);
    expect(await newestId()).toBe('1');
  });

  it('names the tables of the search path, whatever the one who mends finds by their names', async () => {
    const inDatabase = `alter role "${shop}" in database ${name}`;
    await run(`create schema app authorization "${shop}"`, `${inDatabase} set search_path = app`);
    expect(await newestId()).toBe('0');
    await run(
      'alter table app.evt_queue owner to current_user',
      'alter table app.evt_streams enable row level security, force row level security',
      'alter table app.evt_keys set unlogged',
      'alter table app.evt_inbox alter column id set cache 20',
      "create function app.own() returns trigger language plpgsql as 'begin return new; end'",
      'create trigger own before insert on app.evt_queue for each row execute function app.own()',
    );
    const { findings } = await diagnose(url);
    const faults: readonly FindingId[] = [
      ...(['right-missing', 'rows-hidden', 'table-not-durable', 'inbox-unordered'] as const),
      'trigger-foreign',
    ];
    const mends = findings.filter(({ id }) => faults.includes(id));
    expect(mends).toHaveLength(faults.length);
    await run(...mends.flatMap((each) => each.sql));
    expect((await diagnose(url)).ids.filter((id) => faults.includes(id))).toEqual([]);
    await run(`${inDatabase} set search_path = public`);
    expect(await rights()).toEqual([]);
  });

  it('has no statement for what is set outside of the database', async () => {
    const [{ source } = {}] = await sql.run("select source from pg_settings where name = 'fsync'");
    expect(source).toBe('command line');
    const [onServer] = await foundOf('disk-not-awaited', url);
    expect(onServer?.mend).toContain('set on the command line of the server: take it away there');
    const [inUrl] = await foundOf('idle-cut', `${url}?options=-c%20idle_session_timeout%3D3000`);
    expect(inUrl?.mend).toContain('set by the URL');
    expect([onServer?.sql, inUrl?.sql]).toEqual([[], []]);
  });
});
