// Faults of the original server in pushing and in what it remembers of consumers: it dies, waits, holds back, or runs
// in circles.
import { describeDrawnDatabase } from '../support/databases.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { bench, idsOf } from './judge/bench.ts';
import { Judge } from './judge/judge.ts';
import { ADMIN, USER } from './judge/target.ts';

const DELIVERY_MS_MAX = 5000;
/** Twenty sleeps of the original's, each longer than the one before, take more than that. */
const ROUND_TRIPS = 20;
const ROUND_TRIPS_MS_MAX = 15_000;

describeDrawnDatabase('the server of FutoIn consumers', (kind) => {
  const own = bench(kind, { staleMs: 1000, discarder: true });

  const cursorOf = async (component: string): Promise<string> => {
    const session = await openSqlSession(kind, own.target.databaseUrl);
    const [row] = await session.run(
      `select cast(last_evt_id as char(20)) as at from evt_consumers
        where ident = '${own.target.principal}:${component}'`,
    );
    await session.close();
    return String(row?.at).trim();
  };

  it('lives on when a consumer goes away with an unanswered batch', async () => {
    const { gen, target } = own;
    const leaver = await Judge.start();
    const options = { component: 'leaving' };
    const peer = { endpoint: target.ws, credentials: USER, options };
    const receiver = await leaver.receive('reliable', peer, () => new Promise<null>(() => {}));
    await receiver.ready();
    const id = await gen.addEvent('A', 1);
    await until(() => receiver.events.length > 0);
    await leaver.kill();
    // A call of another client is only answered by a server that has seen the other go.
    const back = await own.receive('leaving');
    const ended = Promise.race([
      until(() => back.events.length > 0).then(() => 'delivered'),
      target.died.then(() => 'died'),
    ]);
    expect(await ended).toBe('delivered');
    expect(idsOf(back.events)).toEqual([id]);
  });

  it('does not become slower while events flow', async () => {
    const { gen, target } = own;
    const receiver = await own.receive('flow');
    await receiver.ready();
    const session = await openSqlSession(kind, target.databaseUrl);
    const deadline = Date.now() + ROUND_TRIPS_MS_MAX;
    const left = () => Math.max(1, deadline - Date.now());
    for (let nth = 1; nth <= ROUND_TRIPS; nth += 1) {
      // By a call, and by a transaction of somebody else, of which no call tells the server.
      if (nth % 2 === 0) await gen.addEvent('A', nth);
      else await target.insert(session, 'A', String(nth));
      await until(() => receiver.events.length >= nth, left());
    }
    await session.close();
    expect(receiver.events).toHaveLength(ROUND_TRIPS);
  }, 60_000);

  it('sends LIVE what has gathered, without waiting for another event, when stock clients answer', async () => {
    const { gen } = own;
    const answers: (() => void)[] = [];
    const receiver = await own.receive(
      'LIVE',
      {},
      () => new Promise((resolve) => answers.push(() => resolve(null))),
    );
    await receiver.ready();
    const ids = [await gen.addEvent('A', 1)];
    await until(() => receiver.batches.length === 1);
    ids.push(await gen.addEvent('A', 2));
    await until(() => receiver.batches.length === 2);
    const witness = await own.receive('witness');
    for (let nth = 0; nth < 5; nth += 1) ids.push(await gen.addEvent('A', nth));
    await until(() => witness.events.length === ids.length);
    // The batch is well, and the answer is the stock receiver's, which is not true.
    for (const answer of answers.splice(0)) answer();
    await until(() => receiver.events.length === ids.length, DELIVERY_MS_MAX);
    expect(idsOf(receiver.events)).toEqual(ids);
    for (const answer of answers.splice(0)) answer();
  });

  it('moves the cursor of a filtered push consumer over what it does not want', async () => {
    const { gen } = own;
    const receiver = await own.receive('filtered', { want: ['GOOD'] });
    await receiver.ready();
    const good = await gen.addEvent('GOOD', 1);
    await until(() => receiver.events.length === 1);
    let newest = '';
    for (let nth = 0; nth < 120; nth += 1) newest = await gen.addEvent('BAD', nth);
    await until(async () => (await cursorOf('filtered')) === newest, DELIVERY_MS_MAX);
    expect(idsOf(receiver.events)).toEqual([good]);
  });

  it('sends a batch again to a failing application at a growing distance', async () => {
    const { gen } = own;
    const times: number[] = [];
    const receiver = await own.receive('failing', {}, () => {
      times.push(Date.now());
      return 'InternalError';
    });
    await receiver.ready();
    await gen.addEvent('A', 1);
    await until(() => times.length >= 6);
    const [first = 0] = times;
    expect((times[5] ?? 0) - first).toBeGreaterThan(300);
    expect(receiver.readyCount).toBe(1);
  });

  it('reports a consumer that holds the discarder back, and can forget it', async () => {
    const { gen, poll, target } = own;
    const url = `http://${target.place.replace('/futoin', '')}`;
    await poll.registerConsumer('dead');
    await poll.registerConsumer('alive');
    const newest = await gen.addEvent('A', 1);
    await poll.pollEvents('alive', newest);

    const authorization = `Basic ${btoa(ADMIN)}`;
    await until(async () => {
      const metrics = await fetch(`${url}/metrics`, { headers: { authorization } });
      return /^aftercommit_consumer_stale\{[^}]*evtuser:dead[^}]*\} 1$/m.test(await metrics.text());
    });
    const session = await openSqlSession(kind, target.databaseUrl);
    const count = async () =>
      Number((await session.run('select count(*) as n from evt_queue'))[0]?.n);
    expect(await count()).toBe(1);

    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'unregisterConsumer',
      params: { component: 'dead' },
    });
    const headers = { authorization: `Basic ${btoa(USER)}`, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/rpc`, { method: 'POST', body, headers });
    expect(await answer.json()).toMatchObject({ result: { unregistered: true } });
    await until(async () => (await count()) === 0);
    await expect(poll.pollEvents('dead')).rejects.toMatchObject({ code: 'NotRegistered' });
    await session.close();
  });
});
