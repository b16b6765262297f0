// The unmodified LiveReceiver and ReliableReceiver, which has the ReliableReceiverService in it, against our server.
import { describeDrawnDatabase } from '../support/databases.ts';
import { until } from '../support/until.ts';
import { INSTALL_MS_MAX } from './judge/install.ts';
import { type Face, type FutoinEvent, Judge, type Receiver } from './judge/judge.ts';
import { HMAC_KEY, OTHER, startTarget, type Target, USER } from './judge/target.ts';

const idsOf = (events: readonly FutoinEvent[]) => events.map((event) => event.id);
const range = (first: string, count: number) =>
  Array.from({ length: count }, (_, nth) => String(Number(first) + nth));

describeDrawnDatabase("the FutoIn clients' receivers", (kind) => {
  let judge: Judge;
  let target: Target;
  let gen: Face;
  const started: Receiver[] = [];
  beforeAll(async () => {
    judge = await Judge.start();
    target = await startTarget(kind);
    gen = await judge.face('gen', { endpoint: target.ws, credentials: USER });
  }, INSTALL_MS_MAX);
  afterEach(async () => {
    for (const receiver of started.splice(0)) await receiver.stop();
  });
  afterAll(async () => {
    await judge?.kill();
    await target?.stop();
  });

  const peer = (component: string, options = {}, credentials = USER) => ({
    endpoint: target.ws,
    credentials,
    options: { component, ...options },
  });
  const receive = async (...args: Parameters<Judge['receive']>) => {
    const receiver = await judge.receive(...args);
    started.push(receiver);
    return receiver;
  };
  /** Registers the component and acknowledges all there is, so that a receiver begins with what the test adds. */
  const fromNow = async (component: string, credentials = USER) => {
    const options = { version: target.pollVersion };
    const poll = await judge.face('poll', { endpoint: target.ws, credentials, options });
    await poll.registerConsumer(component);
    const newest = await gen.addEvent('MARK', null);
    await poll.pollEvents(component, newest);
    await poll.close();
    return newest;
  };
  const add = async (count: number, type = 'PUSHED') => {
    const ids = [];
    for (let nth = 0; nth < count; nth += 1) ids.push(await gen.addEvent(type, nth));
    return ids;
  };

  it('get live events that are added after they are ready, though they answer with no true', async () => {
    const receiver = await receive('live', peer('LIVE'));
    await receiver.ready();
    const ids = await add(5);
    await until(() => receiver.events.length >= 5);
    expect(idsOf(receiver.events)).toEqual(ids);
    expect(receiver.readyCount).toBe(1);
  });

  it('get only the wanted types, live and reliably', async () => {
    await fromNow('WANTING');
    const live = await receive('live', peer('LIVE', { want: ['GOOD'] }));
    const reliable = await receive('reliable', peer('WANTING', { want: ['GOOD'] }));
    await Promise.all([live.ready(), reliable.ready()]);
    await add(2, 'BAD');
    const ids = await add(2, 'GOOD');
    await until(() => live.events.length >= 2 && reliable.events.length >= 2);
    expect(idsOf(live.events)).toEqual(ids);
    expect(idsOf(reliable.events)).toEqual(ids);
  });

  it('get the history first and then what is added, in order and once', async () => {
    const first = await gen.addEvent('MARK', null);
    const history = await add(250);
    const receiver = await receive('reliable', peer('HISTORY'));
    await receiver.ready();
    const live = await add(20);
    const all = Number(first) + history.length + live.length;
    await until(() => receiver.events.length >= all);
    expect(idsOf(receiver.events)).toEqual(range('1', all));
    expect(Math.max(...receiver.batches.map((batch) => batch.length))).toBeLessThanOrEqual(100);
  });

  it('go on after what they have acknowledged', async () => {
    await fromNow('RESUMING');
    const receiver = await receive('reliable', peer('RESUMING'));
    const before = await add(3);
    await until(() => receiver.events.length >= 3);
    const poll = await judge.face('poll', {
      endpoint: target.ws,
      credentials: USER,
      options: { version: target.pollVersion },
    });
    await until(async () => (await poll.pollEvents('RESUMING')).length === 0);
    await receiver.stop();
    started.length = 0;
    const after = await add(3);
    const again = await receive('reliable', peer('RESUMING'));
    await until(() => again.events.length >= 3);
    expect([idsOf(receiver.events), idsOf(again.events)]).toEqual([before, after]);
  });

  it('are sent again what their application failed at, before anything that follows', async () => {
    const newest = await fromNow('FAILING');
    let failures = 2;
    const receiver = await receive('reliable', peer('FAILING'), () => {
      failures -= 1;
      return failures >= 0 ? 'InternalError' : null;
    });
    await receiver.ready();
    const [id] = await add(1);
    await until(() => receiver.batches.length >= 3);
    const more = await add(2);
    await until(() => receiver.events.at(-1)?.id === more.at(-1));
    const times = (wanted: string) => idsOf(receiver.events).filter((each) => each === wanted);
    expect(times(id as string).length).toBe(3);
    expect([...new Set(idsOf(receiver.events))]).toEqual(range(String(Number(newest) + 1), 3));
    expect(receiver.readyCount).toBe(1);
  });

  it('have one batch in flight when they are reliable', async () => {
    await fromNow('SLOW');
    let take: (verdict: null) => void = () => {};
    const receiver = await receive(
      'reliable',
      peer('SLOW'),
      () => new Promise<null>((resolve) => (take = resolve)),
    );
    await receiver.ready();
    await add(1);
    await until(() => receiver.batches.length === 1);
    const rest = await add(10);
    // Another consumer has got them: had there been a second batch, it would have come before.
    const witness = await receive('reliable', peer('WITNESS'));
    await until(() => witness.events.at(-1)?.id === rest.at(-1));
    expect(receiver.batches).toHaveLength(1);
    take(null);
    await until(() => receiver.batches.length === 2);
    expect(idsOf(receiver.batches[1] ?? [])).toEqual(rest);
    take(null);
  });

  it('have two batches in flight when they are live', async () => {
    const takes: ((verdict: null) => void)[] = [];
    const receiver = await receive(
      'live',
      peer('LIVE'),
      () => new Promise<null>((resolve) => takes.push(resolve)),
    );
    await receiver.ready();
    await add(1);
    await until(() => receiver.batches.length === 1);
    await add(1);
    await until(() => receiver.batches.length === 2);
    const rest = await add(10);
    const witness = await receive('reliable', peer('LIVEWITNESS'));
    await until(() => witness.events.at(-1)?.id === rest.at(-1));
    expect(receiver.batches).toHaveLength(2);
    takes.splice(0, 1)[0]?.(null);
    await until(() => receiver.batches.length === 3);
    for (const take of takes.splice(0)) take(null);
  });

  it('of two principals with one component name each get everything', async () => {
    await fromNow('SHARED');
    await fromNow('SHARED', OTHER);
    const receivers = [
      await receive('reliable', peer('SHARED')),
      await receive('reliable', peer('SHARED', {}, OTHER)),
    ];
    const ids = await add(3);
    for (const receiver of receivers) {
      await until(() => receiver.events.at(-1)?.id === ids.at(-1));
      expect(idsOf(receiver.events).slice(-3)).toEqual(ids);
    }
  });

  it('may sign with legacy HMAC', async () => {
    const options = { hmacKey: HMAC_KEY, hmacAlgo: 'SHA256' };
    const receiver = await receive('reliable', peer('SIGNING', options, '-hmac:hmacuser'));
    await receiver.ready();
    const [id] = await add(1);
    await until(() => receiver.events.at(-1)?.id === id);
    expect(receiver.failures).toEqual([]);
  });

  it.each(['MPCK', 'CBOR'])('may speak %s', async (coder) => {
    const receiver = await receive('reliable', peer(`CODED_${coder}`, { coder }));
    await receiver.ready();
    const [id] = await add(1);
    await until(() => receiver.events.at(-1)?.id === id);
    expect(idsOf(receiver.events)).toEqual(range('1', Number(id)));
  });

  it('come again by themselves when their connection is lost', async () => {
    await fromNow('LOST');
    const receiver = await receive('reliable', peer('LOST'));
    await receiver.ready();
    const [one] = await add(1);
    await until(() => receiver.events.at(-1)?.id === one);
    const taking = await judge.face('push', peer('LOST'));
    await taking.call('readyToReceive', 'LOST', null);
    await until(() => receiver.readyCount >= 2);
    const [two] = await add(1);
    await until(() => receiver.events.at(-1)?.id === two);
    expect(receiver.failures.map((failure) => failure.failed)).toContain('workerError');
  });
});
