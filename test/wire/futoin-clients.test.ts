// The unmodified clients GenFace, PollFace and PushFace against our server, over HTTP and over a socket.
import { describeDrawnDatabase } from '../support/databases.ts';
import { until } from '../support/until.ts';
import { sharedBench } from './judge/bench.ts';
import type { Face } from './judge/judge.ts';
import { HMAC_KEY, OTHER, READER, USER } from './judge/target.ts';

const versions = ['1.0', '1.1'] as const;
const data = [0, -1.5, 'text', 'é €', true, [], {}, [1, null, 'x'], { b: 1, a: { c: [] } }];

describeDrawnDatabase('the FutoIn clients', (kind) => {
  const own = sharedBench(kind);

  describe.each(['http', 'ws'] as const)('by %s', (transport) => {
    let gen: Face;
    let poll: Face;
    let components = 0;
    const version = () => ({ version: own.target.pollVersion });
    const peer = (credentials: string | null = USER, options = {}) => ({
      endpoint: own.target[transport],
      credentials,
      options,
    });
    /** A consumer of its own for a test, standing at the newest event. */
    const consumer = async () => {
      components += 1;
      const component = `${transport}_${components}`;
      await poll.registerConsumer(component);
      const newest = await gen.addEvent('MARK', null);
      await poll.pollEvents(component, newest);
      return { component, newest };
    };
    beforeAll(async () => {
      gen = await own.judge.face('gen', peer());
      poll = await own.judge.face('poll', peer(USER, version()));
    });

    it.each(versions)('generator, poll and push %s answer a ping', async (version) => {
      for (const face of ['gen', 'poll', 'push'] as const) {
        if (face === 'push' && transport === 'http') continue;
        const opened = await own.judge.face(face, peer(USER, { version }));
        for (const echo of [0, 1, -1, 2147483647, -2147483648]) {
          expect(await opened.call('ping', echo)).toBe(echo);
        }
        await opened.close();
      }
    });

    it('adds events with dense ids and gives them back in order, with their data', async () => {
      const { component, newest } = await consumer();
      const added: string[] = [];
      for (const each of data) added.push(await gen.addEvent('USR_ADD', each));
      expect(added).toEqual(data.map((_, nth) => String(BigInt(newest) + 1n + BigInt(nth))));
      const events = await poll.pollFor(data.length, component);
      expect(events).toEqual(
        data.map((each, nth) => ({
          id: added[nth],
          type: 'USR_ADD',
          data: each,
          ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        })),
      );
    });

    it('adds null as data', async () => {
      const { component } = await consumer();
      await gen.addEvent('NULL_EVT', null);
      const [event] = await poll.pollEvents(component);
      expect(event).toEqual(expect.objectContaining({ type: 'NULL_EVT', data: null }));
    });

    it('registers a consumer, and again, with true', async () => {
      expect(await poll.registerConsumer(`${transport}_twice`)).toBe(true);
      expect(await poll.registerConsumer(`${transport}_twice`)).toBe(true);
    });

    it('refuses to register LIVE with LiveNotAllowed', async () => {
      await expect(poll.registerConsumer('LIVE')).rejects.toMatchObject({ code: 'LiveNotAllowed' });
    });

    it('refuses to poll for a consumer that is not registered with NotRegistered', async () => {
      await expect(poll.pollEvents('Nope')).rejects.toMatchObject({ code: 'NotRegistered' });
      const stranger = await own.judge.face('poll', peer(OTHER, version()));
      const { component } = await consumer();
      await expect(stranger.pollEvents(component)).rejects.toMatchObject({ code: 'NotRegistered' });
    });

    it('gives a new consumer everything from the beginning', async () => {
      const component = `${transport}_new`;
      const newest = await gen.addEvent('MARK', null);
      await poll.registerConsumer(component);
      const ids: string[] = [];
      for (;;) {
        const page = await poll.pollEvents(component, ids.at(-1) ?? null);
        if (page.length === 0) break;
        ids.push(...page.map((event) => event.id));
      }
      expect(ids).toEqual(Array.from({ length: Number(newest) }, (_, nth) => String(nth + 1)));
    });

    it('repeats what is not acknowledged when last_id is null or older', async () => {
      const { component, newest } = await consumer();
      const ids = [];
      for (let nth = 0; nth < 3; nth += 1) ids.push(await gen.addEvent('A', nth));
      await poll.pollFor(3, component);
      const poll3 = async (lastId: string | null) =>
        (await poll.pollEvents(component, lastId)).map((event) => event.id);
      expect(await poll3(null)).toEqual(ids);
      expect(await poll3(null)).toEqual(ids);
      expect(await poll3(ids[1] as string)).toEqual(ids.slice(2));
      expect(await poll3(null)).toEqual(ids.slice(2));
      expect(await poll3(newest)).toEqual(ids.slice(2));
      expect(await poll3(ids[2] as string)).toEqual([]);
      expect(await poll3(ids[0] as string)).toEqual([]);
    });

    it('gives only the wanted types', async () => {
      const readers = [await consumer(), await consumer(), await consumer()];
      const wants = [['A', 'C'], ['B'], null];
      for (const type of ['A', 'B', 'C', 'A']) await gen.addEvent(type, null);
      const expected = [['A', 'C', 'A'], ['B'], ['A', 'B', 'C', 'A']];
      for (const [nth, { component, newest }] of readers.entries()) {
        const typesOf = async () => {
          const events = await poll.pollEvents(component, newest, wants[nth]);
          return events.map((event) => event.type).filter((type) => type !== 'MARK');
        };
        await until(async () => (await typesOf()).length >= (expected[nth]?.length ?? 0));
        expect(await typesOf()).toEqual(expected[nth]);
      }
    });

    it('gives at most 100 events in an answer', async () => {
      const { component } = await consumer();
      await Promise.all(Array.from({ length: 101 }, (_, nth) => gen.addEvent('A', nth)));
      const page = await poll.pollFor(100, component);
      expect(page).toHaveLength(100);
      expect(await poll.pollFor(1, component, page.at(-1)?.id)).toHaveLength(1);
    });

    it('polls LIVE without registration and without acknowledging', async () => {
      const newest = await gen.addEvent('MARK', null);
      const before = String(BigInt(newest) - 1n);
      for (let round = 0; round < 2; round += 1) {
        const events = await poll.pollEvents('LIVE', before);
        expect(events.map((event) => event.id)).toEqual([newest]);
      }
    });

    it('refuses a last_id beyond the newest event with InvalidRequest', async () => {
      const { component, newest } = await consumer();
      const beyond = String(BigInt(newest) + 1000n);
      await expect(poll.pollEvents(component, beyond)).rejects.toMatchObject({
        code: 'InvalidRequest',
      });
    });

    it('refuses an empty want with InvalidRequest', async () => {
      const { component } = await consumer();
      await expect(poll.pollEvents(component, null, [])).rejects.toMatchObject({
        code: 'InvalidRequest',
      });
    });

    it('refuses a wrong password and an unknown user with SecurityError', async () => {
      for (const credentials of ['evtuser:bad', 'nobody:secret', 'evtuser:']) {
        const stranger = await own.judge.face('gen', peer(credentials));
        await expect(stranger.addEvent('A', 1)).rejects.toMatchObject({ code: 'SecurityError' });
        await stranger.close();
      }
    });

    it('refuses an event of a principal that may only read', async () => {
      const reader = await own.judge.face('gen', peer(READER));
      const added = reader.addEvent('A', 1);
      await expect(added).rejects.toMatchObject({
        code: expect.stringMatching(/^(Unauthorized|SecurityError)$/),
      });
    });

    it('keeps the consumers of two principals apart', async () => {
      const { component } = await consumer();
      const other = await own.judge.face('poll', peer(OTHER, version()));
      await other.registerConsumer(component);
      const id = await gen.addEvent('A', 1);
      await other.pollEvents(component, id);
      expect((await poll.pollEvents(component)).map((event) => event.id)).toEqual([id]);
      expect(await other.pollEvents(component)).toEqual([]);
    });

    it.each(['MPCK', 'CBOR'])('speaks %s', async (coder) => {
      const { component } = await consumer();
      const coded = await own.judge.face('gen', peer(USER, { coder }));
      for (const each of data) await coded.addEvent('CODED', each);
      const reading = await own.judge.face('poll', peer(USER, { coder, ...version() }));
      expect((await reading.pollFor(data.length, component)).map((event) => event.data)).toEqual(
        data,
      );
    });

    it.each(['MD5', 'SHA224', 'SHA256', 'SHA384', 'SHA512'])(
      'checks signatures by %s and signs its answers',
      async (algorithm) => {
        const signed = (key: string) =>
          own.judge.face('gen', peer('-hmac:hmacuser', { hmacKey: key, hmacAlgo: algorithm }));
        const signing = await signed(HMAC_KEY);
        expect(await signing.addEvent('SIGNED', { b: 1, a: [1, null, 'x'], é: 1.5 })).toMatch(
          /^\d+$/,
        );
        await expect(signing.call('ping', 3)).resolves.toBe(3);
        const forging = await signed(Buffer.from('another key').toString('base64'));
        await expect(forging.addEvent('A', 1)).rejects.toMatchObject({ code: 'SecurityError' });
      },
    );
  });

  it('gives the functions of poll in push too', async () => {
    const push = await own.judge.face('push', { endpoint: own.target.ws, credentials: USER });
    const gen = await own.judge.face('gen', { endpoint: own.target.ws, credentials: USER });
    await gen.addEvent('A', 1);
    expect(await push.registerConsumer('by_push')).toBe(true);
    expect((await push.pollEvents('by_push'))[0]?.id).toBe('1');
  });
});
