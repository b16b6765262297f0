// Faults of the original server that its clients could see in single calls: data that is altered or does not come
// through, answers that the client refuses, functions that are missing.
import { describeDrawnDatabase } from '../support/databases.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { INSTALL_MS_MAX } from './judge/install.ts';
import { type Face, Judge } from './judge/judge.ts';
import { PUSH, post, RawSocket } from './judge/raw.ts';
import { startTarget, type Target, USER } from './judge/target.ts';

describeDrawnDatabase('through the FutoIn wire', (kind) => {
  let judge: Judge;
  let target: Target;
  let gen: Face;
  let poll: Face;
  let components = 0;
  beforeEach(async () => {
    judge = await Judge.start();
    target = await startTarget(kind);
    const options = { version: target.pollVersion };
    gen = await judge.face('gen', { endpoint: target.ws, credentials: USER });
    poll = await judge.face('poll', { endpoint: target.ws, credentials: USER, options });
  }, INSTALL_MS_MAX);
  afterEach(async () => {
    await judge?.kill();
    await target?.stop();
  });

  /** Adds events with these data and gives the data that a new consumer gets. */
  const roundTrip = async (all: readonly unknown[]) => {
    components += 1;
    await poll.registerConsumer(`c${components}`);
    for (const data of all) await gen.addEvent('DATA', data);
    return (await poll.pollFor(all.length, `c${components}`)).map((event) => event.data);
  };

  it('events that are added after a poll with a last_id beyond the newest are not lost', async () => {
    await poll.registerConsumer('beyond');
    const newest = await gen.addEvent('A', 1);
    await poll.pollEvents('beyond', newest);
    await poll.pollEvents('beyond', String(Number(newest) + 1000)).catch(() => []);
    const ids = [];
    for (let nth = 0; nth < 3; nth += 1) ids.push(await gen.addEvent('A', nth));
    const got: string[] = [];
    while (got.length < 3) {
      const page = await poll.pollFor(1, 'beyond', got.at(-1) ?? null);
      got.push(...page.map((event) => event.id));
    }
    expect(got).toEqual(ids);
  });

  it('data with signs that mean something to SQL or to a replacement come back as they were', async () => {
    const hostile = [
      '$$',
      '$`',
      "$'",
      '$&',
      '$1 $2 $0',
      '$$; delete from evt_queue; --',
      "it's",
      "''",
      '\\',
      "\\'",
      '"',
      '`',
      ':name ?',
      '%s %d',
      'line\nline\r\n\ttab',
      { "$'": '$`', '\\': ["'"] },
    ];
    expect(await roundTrip(hostile)).toEqual(hostile);
  });

  it('data of 60 kB come through, by poll and by push', async () => {
    const large = 'x'.repeat(60_000);
    expect(await roundTrip([large])).toEqual([large]);
    const options = { component: 'large' };
    const receiver = await judge.receive('reliable', {
      endpoint: target.ws,
      credentials: USER,
      options,
    });
    await receiver.ready();
    await gen.addEvent('DATA', large);
    await until(() => receiver.events.length >= 2, 10_000);
    expect(receiver.events.map((event) => event.data)).toEqual([large, large]);
  });

  it('a page of more than 64 KiB does not leave its consumer stuck', async () => {
    const data = Array.from({ length: 20 }, (_, nth) => `${nth} ${'x'.repeat(8000)}`);
    expect(await roundTrip(data)).toEqual(data);
  });

  it('emoji come through', async () => {
    const data = ['🙂', { '🙂': '👩‍👩‍👧' }, '𝒳'];
    expect(await roundTrip(data)).toEqual(data);
  });

  it('polling is served over HTTP too, in version 1.0 and 1.1, by poll and by push', async () => {
    for (const version of ['1.0', '1.1']) {
      const options = { version };
      const http = await judge.face('poll', { endpoint: target.http, credentials: USER, options });
      await http.registerConsumer('http');
      expect(await http.pollEvents('http')).toEqual([]);
      const call = { p: { component: 'http' }, sec: USER };
      const pushed = await post(target.place, {
        f: `futoin.evt.push:${version}:pollEvents`,
        ...call,
      });
      expect(pushed.message).toEqual({ r: [] });
    }
  });

  it('an empty want gets the same answer on every database and by every function', async () => {
    await poll.registerConsumer('empty');
    await expect(poll.pollEvents('empty', null, [])).rejects.toMatchObject({
      code: 'InvalidRequest',
    });
    const socket = await RawSocket.open(target.place);
    const answer = await socket.call(
      `${PUSH}:readyToReceive`,
      { component: 'empty', want: [] },
      USER,
    );
    expect(answer.e).toBe('InvalidRequest');
    await socket.close();
  });

  it('the time of an event is stored finer than the whole seconds that are shown here', async () => {
    const sql = await openSqlSession(kind, target.databaseUrl);
    const fractions = [];
    for (let nth = 0; nth < 8; nth += 1) {
      await gen.addEvent('A', nth);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    for (const { ts } of await sql.run('select cast(ts as char(40)) as ts from evt_queue')) {
      fractions.push(/\.(\d{3})/.exec(String(ts))?.[1] ?? '000');
    }
    await sql.close();
    expect(new Set(fractions).size).toBeGreaterThan(1);
  });

  it('registering a consumer again and again uses nothing up', async () => {
    const times = Number(process.env.FUTOIN_REGISTRATIONS ?? 500);
    for (let done = 0; done < times; done += 100) {
      await Promise.all(Array.from({ length: 100 }, () => poll.registerConsumer('same')));
    }
    expect(await poll.registerConsumer('next')).toBe(true);
    const sql = await openSqlSession(kind, target.databaseUrl);
    const [row = {}] = await sql.run("select * from evt_consumers where ident like '%:next'");
    await sql.close();
    const { id = 0 } = row as { id?: unknown };
    expect(Number(id)).toBeLessThan(100);
    expect(await poll.pollEvents('next')).toEqual([]);
  }, 900_000);
});
