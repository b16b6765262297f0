// The FutoIn envelope over HTTP: bytes in, bytes out, without a client between.
import { describeDrawnDatabase } from '../support/databases.ts';
import { GEN, type Message, POLL, PUSH, post, request } from './judge/raw.ts';
import { HMAC_USER, startTarget, type Target, USER } from './judge/target.ts';

const JSON_TYPE = 'application/futoin+json';
const ping = (more: object = {}): Message => ({
  f: `${GEN}:ping`,
  p: { echo: 1 },
  sec: USER,
  ...more,
});

describeDrawnDatabase('the FutoIn envelope over HTTP', (kind) => {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget(kind);
  });
  afterAll(() => target?.stop());
  const say = async (body: Message | string | Uint8Array<ArrayBuffer>) => {
    const { status, contentType, message } = await post(target.place, body);
    expect([status, contentType]).toEqual([200, JSON_TYPE]);
    return message;
  };
  const call = (f: string, p: unknown, sec: string = USER) => say({ f, p, sec });

  it('is answered with 200, its own content type and the result alone', async () => {
    const { status, contentType, bytes } = await post(target.place, ping());
    expect([status, contentType, bytes.toString()]).toEqual([200, JSON_TYPE, '{"r":{"echo":1}}']);
  });

  it('is answered whatever the request says its content type is', async () => {
    for (const contentType of ['text/plain', 'application/json', 'application/octet-stream']) {
      const { message } = await post(target.place, ping(), { 'content-type': contentType });
      expect(message).toEqual({ r: { echo: 1 } });
    }
  });

  it('is answered with its rid when it has one, an error too', async () => {
    expect(await say(ping({ rid: 'C7' }))).toEqual({ r: { echo: 1 }, rid: 'C7' });
    expect(await say(ping({ rid: 'C8', p: {} }))).toMatchObject({ rid: 'C8', e: 'InvalidRequest' });
    expect(await say(ping())).not.toHaveProperty('rid');
  });

  it('may ask for an answer by force', async () => {
    expect(await say({ ...ping(), forcersp: true } as Message)).toEqual({ r: { echo: 1 } });
  });

  it('is taken with a slash behind the path', async () => {
    expect((await post(`${target.place}/`, ping())).message).toEqual({ r: { echo: 1 } });
  });

  it('is refused with 400 when it is not posted', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      for (const path of [target.place, `${target.place}/`]) {
        expect((await request(`http://${path}`, { method })).status).toBe(400);
      }
    }
  });

  it.each([
    ['nothing', ''],
    ['broken JSON', '{"f":'],
    ['no object', '[]'],
    ['null', 'null'],
    ['no text of UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['an unknown coding', Buffer.from('XXXX')],
  ])('that is %s is answered with InvalidRequest', async (_, body) => {
    const answer = await say(typeof body === 'string' ? body : new Uint8Array(body));
    expect(answer.e).toBe('InvalidRequest');
  });

  it.each([
    ['no f', undefined],
    ['a number as f', 7],
    ['an f without function', 'futoin.evt.gen:1.1'],
    ['an f of four parts', 'futoin.evt.gen:1.1:ping:x'],
    ['a version without minor', 'futoin.evt.gen:1:ping'],
    ['an unknown function', 'futoin.evt.gen:1.1:dropEverything'],
    ['a function of Object', 'futoin.evt.gen:1.1:constructor'],
    ['a function of another interface', 'futoin.evt.gen:1.1:pollEvents'],
  ])('with %s is answered with InvalidRequest', async (_, f) => {
    const answer = await say({
      p: { echo: 1 },
      sec: USER,
      ...(f === undefined ? {} : { f }),
    } as Message);
    expect(answer.e).toBe('InvalidRequest');
  });

  it.each(['futoin.evt.nothing', 'futoin.log', 'constructor', 'addEvent', ''])(
    'to the interface "%s" is answered with UnknownInterface',
    async (name) => {
      expect((await call(`${name}:1.0:ping`, { echo: 1 })).e).toBe('UnknownInterface');
    },
  );

  it('has a function of our own wire only under its FutoIn name', async () => {
    for (const name of ['addEvents', 'streamInfo', 'seekConsumer', 'unregisterConsumer']) {
      expect((await call(`${POLL}:${name}`, {})).e).toBe('InvalidRequest');
      expect((await call(`${GEN}:${name}`, {})).e).toBe('InvalidRequest');
    }
  });

  it('may name version 1.0 or 1.1 of gen, poll and push', async () => {
    await call(`${POLL}:registerConsumer`, { component: 'versions' });
    for (const version of ['1.0', '1.1']) {
      expect((await call(`futoin.evt.gen:${version}:ping`, { echo: 1 })).r).toEqual({ echo: 1 });
      for (const name of ['poll', 'push']) {
        const f = `futoin.evt.${name}:${version}:pollEvents`;
        expect((await call(f, { component: 'versions' })).r).toEqual([]);
      }
    }
  });

  it.each(['1.2', '1.10', '2.0', '2.1', '0.9'])(
    'of version %s is answered with NotSupportedVersion',
    async (version) => {
      for (const name of ['gen', 'poll', 'push']) {
        const { e } = await call(`futoin.evt.${name}:${version}:ping`, { echo: 1 });
        expect([name, e]).toEqual([name, 'NotSupportedVersion']);
      }
    },
  );

  it('pings with 32 bit integers only', async () => {
    for (const echo of [2147483648, -2147483649, 1.5, '1', null, true]) {
      expect((await call(`${GEN}:ping`, { echo })).e).toBe('InvalidRequest');
    }
    for (const echo of [2147483647, -2147483648]) {
      expect((await call(`${GEN}:ping`, { echo })).r).toEqual({ echo });
    }
  });

  it.each([
    ['type that is missing', { data: 1 }],
    ['data that is missing', { type: 'A' }],
    ['type in small letters', { type: 'a', data: 1 }],
    ['type with a digit', { type: 'A1', data: 1 }],
    ['type of 17 letters', { type: 'A'.repeat(17), data: 1 }],
    ['type that is empty', { type: '', data: 1 }],
    ['type that is null', { type: null, data: 1 }],
    ['parameter that is unknown', { type: 'A', data: 1, more: 1 }],
    ['parameter of our own wire', { type: 'A', data: 1, stream: 'main' }],
    ['idempotency key', { type: 'A', data: 1, idempotency_key: 'x' }],
  ])('that adds an event with a %s is answered with InvalidRequest', async (_, p) => {
    expect((await call(`${GEN}:addEvent`, p)).e).toBe('InvalidRequest');
  });

  it.each([
    ['a component of 17 letters', { component: 'a'.repeat(17) }],
    ['a component with a dash', { component: 'a-b' }],
    ['no component', {}],
    ['a last_id of 19 digits', { component: 'versions', last_id: '1'.repeat(19) }],
    ['a last_id of 0', { component: 'versions', last_id: '0' }],
    ['a last_id that is a number', { component: 'versions', last_id: 1 }],
    ['a last_id with a zero before', { component: 'versions', last_id: '01' }],
    ['a wanted type in small letters', { component: 'versions', want: ['a'] }],
    ['a want that is text', { component: 'versions', want: 'A' }],
    ['an empty want', { component: 'versions', want: [] }],
    ['a limit', { component: 'versions', limit: 1 }],
    ['a stream', { component: 'versions', stream: 'main' }],
    ['a wait', { component: 'versions', wait_ms: 1 }],
  ])('that polls with %s is answered with InvalidRequest', async (_, p) => {
    expect((await call(`${POLL}:pollEvents`, p)).e).toBe('InvalidRequest');
  });

  it('with parameters that are no object is answered with InvalidRequest', async () => {
    for (const p of [[1], 'text', 7, true]) {
      expect((await call(`${GEN}:ping`, p)).e).toBe('InvalidRequest');
    }
  });

  it('takes 16 letters, and letters, digits and underscores for a component', async () => {
    for (const component of ['a'.repeat(16), 'A_z_09']) {
      expect((await call(`${POLL}:registerConsumer`, { component })).r).toBe(true);
    }
    expect((await call(`${GEN}:addEvent`, { type: 'A_'.repeat(8), data: null })).r).toMatch(
      /^\d+$/,
    );
  });

  it('names the errors of FTN18', async () => {
    const named = async (f: string, p: object) => (await call(f, p)).e;
    expect(await named(`${POLL}:registerConsumer`, { component: 'LIVE' })).toBe('LiveNotAllowed');
    expect(await named(`${POLL}:pollEvents`, { component: 'nobody' })).toBe('NotRegistered');
    const beyond = { component: 'versions', last_id: '999999' };
    expect(await named(`${POLL}:pollEvents`, beyond)).toBe('InvalidRequest');
  });

  it('that wants to receive is answered with InvalidRequest, since this is no two-way channel', async () => {
    const answer = await call(`${PUSH}:readyToReceive`, { component: 'versions' });
    expect(answer.e).toBe('InvalidRequest');
  });

  it('that acts as the receiver is answered with an error', async () => {
    const { e } = await call('futoin.evt.receiver:1.1:onEvents', { seq: 0, events: [] });
    expect(e).toMatch(/^(UnknownInterface|InvalidRequest)$/);
  });

  it('without a credential, or with a wrong one, is answered with SecurityError', async () => {
    for (const sec of [undefined, 'evtuser:bad', 'nobody:secret', 'evtuser', '', ':', 'evtuser:']) {
      const { e } = await say(ping(sec === undefined ? { sec } : { sec }));
      expect([sec, e]).toEqual([sec, 'SecurityError']);
    }
  });

  it('that says it is internal is answered with SecurityError', async () => {
    for (const sec of ['-internal', '-internal:', '-internal:x', '-internal:evtuser:secret']) {
      expect((await say(ping({ sec }))).e).toBe('SecurityError');
    }
    const onBehalf = { ...ping({ sec: '-internal' }), obf: { lid: 'evtuser', slvl: 'System' } };
    expect((await say(onBehalf as Message)).e).toBe('SecurityError');
  });

  it('with a false signature, or none where the name has only a key, is refused', async () => {
    for (const sec of [
      `-hmac:${HMAC_USER}:SHA256:AAAA`,
      `-hmac:${HMAC_USER}:SHA256:`,
      `-hmac:${HMAC_USER}:SHA1:AAAA`,
      `-hmac:${HMAC_USER}`,
      `-hmac:evtuser:SHA256:AAAA`,
      `-hmac:nobody:MD5:AAAA`,
      `${HMAC_USER}:`,
    ]) {
      const { e } = await say(ping({ sec }));
      expect([sec, e]).toEqual([sec, expect.stringMatching(/^(SecurityError|InvalidRequest)$/)]);
    }
  });

  it('may carry its credential in a Basic header', async () => {
    const basic = (text: string) => ({ authorization: `Basic ${btoa(text)}` });
    const bare = { f: `${GEN}:ping`, p: { echo: 1 } };
    expect((await post(target.place, bare, basic(USER))).message).toEqual({ r: { echo: 1 } });
    const { message } = await post(target.place, bare, basic('evtuser:bad'));
    expect(message.e).toBe('SecurityError');
  });

  it('gives times in whole seconds', async () => {
    await call(`${POLL}:registerConsumer`, { component: 'seconds' });
    await call(`${GEN}:addEvent`, { type: 'A', data: 1 });
    const { r } = await call(`${POLL}:pollEvents`, { component: 'seconds' });
    for (const { ts } of r) expect(ts).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Math.abs(Date.parse(r.at(-1).ts) - Date.now())).toBeLessThan(60_000);
  });
});
