// How large FutoIn messages may be, and what becomes of larger ones; over HTTP and through sockets.
import { describeDrawnDatabase } from '../support/databases.ts';
import { until } from '../support/until.ts';
import { sharedBench } from './judge/bench.ts';
import type { Heard } from './judge/judge.ts';
import { GEN, POLL, PUSH, post, RawSocket } from './judge/raw.ts';
import { USER } from './judge/target.ts';

const REQUEST_BYTES_MAX = 65_536;
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;

/** A message that is exactly so long. */
const sized = (bytes: number, rid?: string) => {
  const message = (data: string) =>
    JSON.stringify({ f: `${GEN}:addEvent`, p: { type: 'LARGE', data }, sec: USER, rid });
  return message('x'.repeat(bytes - message('').length));
};

describeDrawnDatabase('the sizes of FutoIn messages', (kind) => {
  const own = sharedBench(kind);

  it('allow a request of 64 KiB by HTTP and refuse one byte more', async () => {
    const { message } = await post(own.target.place, sized(REQUEST_BYTES_MAX));
    expect(message.r).toMatch(/^\d+$/);
    const larger = await post(own.target.place, sized(REQUEST_BYTES_MAX + 1));
    expect([larger.status, larger.contentType]).toEqual([200, 'application/futoin+json']);
    expect(larger.message.e).toBe('InvalidRequest');
  });

  it('allow a request of 64 KiB by socket and close with 1009 at one byte more', async () => {
    const socket = await RawSocket.open(own.target.place);
    socket.send(sized(REQUEST_BYTES_MAX, 'C1'));
    expect((await socket.answerTo('C1')).r).toMatch(/^\d+$/);
    socket.send(sized(REQUEST_BYTES_MAX + 1, 'C2'));
    expect(await socket.closed).toBe(1009);
    expect(socket.messages).toHaveLength(1);
  });

  it('let answers and pushed batches of many large events through to the clients, whole and in order', async () => {
    const gen = await own.judge.face('gen', { endpoint: own.target.ws, credentials: USER });
    const data = 'é'.repeat(30_000);
    const ids: string[] = [];
    for (let nth = 0; nth < 150; nth += 1) ids.push(await gen.addEvent('LARGE', data));
    const heard: Heard[] = [];
    for (const endpoint of [own.target.http, own.target.ws]) {
      const poll = await own.judge.face('poll', { endpoint, credentials: USER }, heard);
      const component = endpoint === own.target.http ? 'large_http' : 'large_ws';
      await poll.registerConsumer(component);
      const got: string[] = [];
      while (got.at(-1) !== ids.at(-1)) {
        const page = await poll.pollFor(1, component, got.at(-1) ?? null);
        got.push(...page.map((event) => event.id));
        expect(
          page.filter((event) => event.type === 'LARGE' && event.data.length < 30_000),
        ).toEqual([]);
      }
      expect(got.slice(-150)).toEqual(ids);
    }
    const sizes = heard.filter((each) => each.isIncoming).map((each) => each.text.length);
    expect(Math.max(...sizes)).toBeGreaterThan(1_000_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(ANSWER_BYTES_MAX);

    const options = { component: 'large_push' };
    const peer = { endpoint: own.target.ws, credentials: USER, options };
    const receiver = await own.judge.receive('reliable', peer);
    await until(() => receiver.events.at(-1)?.id === ids.at(-1));
    expect(receiver.events.map((event) => event.id).slice(-150)).toEqual(ids);
    expect(receiver.readyCount).toBe(1);
    await receiver.stop();
  });

  it('keep an answer to a version 1.0 within what such a client takes, which is 64 KiB', async () => {
    const gen = await own.judge.face('gen', { endpoint: own.target.ws, credentials: USER });
    const poll = await own.judge.face('poll', {
      endpoint: own.target.http,
      credentials: USER,
      options: { version: '1.0' },
    });
    await poll.registerConsumer('old');
    await poll.pollEvents('old', await gen.addEvent('MARK', null));
    const ids: string[] = [];
    for (let nth = 0; nth < 10; nth += 1) ids.push(await gen.addEvent('LARGE', 'x'.repeat(20_000)));
    const got: string[] = [];
    while (got.length < ids.length) {
      const page = await poll.pollFor(1, 'old', got.at(-1) ?? null);
      got.push(...page.map((event) => event.id));
    }
    expect(got).toEqual(ids);
  });

  it('keep every message with a deep or a wide value whole', async () => {
    const socket = await RawSocket.open(own.target.place);
    await socket.call(`${POLL}:registerConsumer`, { component: 'deep' }, USER);
    let deep: unknown = 1;
    for (let depth = 0; depth < 50; depth += 1) deep = [deep];
    const wide = Object.fromEntries(Array.from({ length: 2000 }, (_, nth) => [`key${nth}`, nth]));
    for (const data of [deep, wide]) {
      const { r } = await socket.call(`${GEN}:addEvent`, { type: 'SHAPED', data }, USER);
      const after = { component: 'LIVE', last_id: String(Number(r) - 1) };
      const { r: events } = await socket.call(`${POLL}:pollEvents`, after, USER);
      expect(events[0].data).toEqual(data);
    }
    expect((await socket.call(`${PUSH}:ping`, { echo: 1 }, USER)).r).toEqual({ echo: 1 });
    await socket.close();
  });
});
