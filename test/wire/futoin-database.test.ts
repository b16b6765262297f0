// DBGenFace.addXferEvent, unmodified, in transactions of the original's own database package: an application that was
// written for it only names another table.
import { describeDrawnDatabase } from '../support/databases.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { originalConfig } from './judge/databases.ts';
import { buildSqlite, INSTALL_MS_MAX } from './judge/install.ts';
import { type Face, Judge } from './judge/judge.ts';
import { startTarget, type Target, USER } from './judge/target.ts';

const TABLE = 'evt_inbox';
const events = [
  { type: 'ORDER_NEW', data: { order: 17, items: ['é €', null, 1.5] } },
  { type: 'ORDER_PAID', data: null },
  { type: 'ORDER_SENT', data: 'text' },
];

describeDrawnDatabase("an event of the original's own transactions", (kind) => {
  let judge: Judge;
  let target: Target;
  let poll: Face;
  beforeAll(async () => {
    if (kind === 'sqlite') await buildSqlite();
    judge = await Judge.start();
    target = await startTarget(kind);
    poll = await judge.face('poll', { endpoint: target.ws, credentials: USER });
  }, INSTALL_MS_MAX);
  afterAll(async () => {
    await judge?.kill();
    await target?.stop();
  });

  const transact = (more: object = {}) =>
    judge.ask('transact', {
      database: originalConfig('EVT', kind, target.databaseUrl),
      endpoint: target.ws,
      credentials: USER,
      events,
      table: TABLE,
      isFailing: false,
      ...more,
    });
  /** The newest id, by an event that nothing else needs. */
  const mark = async () => {
    const gen = await judge.face('gen', { endpoint: target.ws, credentials: USER });
    const id = await gen.addEvent('MARK', null);
    await gen.close();
    return id;
  };
  const consumer = async (component: string) => {
    await poll.registerConsumer(component);
    await poll.pollEvents(component, await mark());
    return component;
  };

  it('is delivered with the others of its transaction, in their order', async () => {
    const component = await consumer('together');
    await transact();
    const got = await poll.pollFor(events.length, component);
    expect(got.map(({ type, data }) => ({ type, data }))).toEqual(events);
    const ids = got.map((event) => Number(event.id));
    expect(ids).toEqual(ids.map((_, nth) => (ids[0] as number) + nth));
  });

  it('has the time of the transaction', async () => {
    const component = await consumer('timed');
    await transact();
    for (const { ts } of await poll.pollFor(events.length, component)) {
      expect(Math.abs(Date.parse(ts) - Date.now())).toBeLessThan(60_000);
    }
  });

  it('is not there when the transaction is rolled back', async () => {
    const component = await consumer('rolled');
    await expect(transact({ isFailing: true })).rejects.toMatchObject({ code: 'XferCondition' });
    const id = await mark();
    const got = await poll.pollFor(1, component);
    expect(got.map((event) => event.id)).toEqual([id]);
  });

  it('is refused by the client when its type is none', async () => {
    const wrong = transact({ events: [{ type: 'not a type', data: 1 }] });
    await expect(wrong).rejects.toThrow(/Invalid event type/);
  });

  it('is not taken silently by the table that the original writes to', async () => {
    const component = await consumer('forgotten');
    await expect(transact({ table: null })).rejects.toThrow();
    const id = await mark();
    expect((await poll.pollFor(1, component)).map((event) => event.id)).toEqual([id]);
  });

  it('enters while calls and other transactions add events, and none is lost or twice there', async () => {
    const component = await consumer('busy');
    const gen = await judge.face('gen', { endpoint: target.ws, credentials: USER });
    const rounds = 10;
    await Promise.all([
      ...Array.from({ length: 3 }, async () => {
        for (let nth = 0; nth < rounds; nth += 1) await transact();
      }),
      (async () => {
        for (let nth = 0; nth < 5 * rounds; nth += 1) await gen.addEvent('CALLED', nth);
      })(),
    ]);
    const total = 3 * rounds * events.length + 5 * rounds;
    const got = [...(await poll.pollFor(100, component))];
    while (got.length < total) got.push(...(await poll.pollFor(1, component, got.at(-1)?.id)));
    const ids = got.map((event) => Number(event.id));
    expect(ids).toEqual(ids.map((_, nth) => (ids[0] as number) + nth));
    const count = (type: string) => got.filter((event) => event.type === type).length;
    expect([count('CALLED'), count('ORDER_NEW')]).toEqual([5 * rounds, 3 * rounds]);
    const session = await openSqlSession(kind, target.databaseUrl);
    const [left] = await session.run(`select count(*) as n from ${TABLE}`);
    await session.close();
    expect(Number(left?.n)).toBe(0);
  });
});
