// Legacy HMAC: signed calls and signed answers, checked against an implementation written from the description.
import { describeDrawnDatabase } from '../support/databases.ts';
import { GEN, type Message, POLL, post, RawSocket } from './judge/raw.ts';
import { signatureOf } from './judge/signing.ts';
import { HMAC_KEY, HMAC_USER, startTarget, type Target, USER } from './judge/target.ts';

const ALGORITHMS = ['MD5', 'SHA224', 'SHA256', 'SHA384', 'SHA512'];
const data = {
  b: [null, 'x', 1.5, -0.25, 1e21, true, false],
  a: Array.from({ length: 12 }, (_, nth) => nth),
  é: '🙂 "\\\n',
  empty: {},
  none: [],
  nothing: null,
  10: 'ten',
  9: 'nine',
  sec: 'inside',
};

describeDrawnDatabase('legacy HMAC', (kind) => {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget(kind);
  });
  afterAll(() => target?.stop());

  const signed = (message: Message, algorithm: string, key = HMAC_KEY): Message => ({
    ...message,
    sec: `-hmac:${HMAC_USER}:${algorithm}:${signatureOf(message, algorithm, key)}`,
  });
  const add = { f: `${GEN}:addEvent`, p: { type: 'SIGNED', data } };

  it.each(ALGORITHMS)(
    'by %s is taken, and the answer is signed with the same',
    async (algorithm) => {
      const { message } = await post(target.place, signed(add, algorithm));
      expect(message.r).toMatch(/^\d+$/);
      expect(message.sec).toBe(signatureOf(message, algorithm, HMAC_KEY));
    },
  );

  it('covers the rid, on a socket too', async () => {
    const socket = await RawSocket.open(target.place);
    socket.send(signed({ ...add, rid: 'C1' }, 'SHA256'));
    const answer = await socket.answerTo('C1');
    expect(answer.sec).toBe(signatureOf(answer, 'SHA256', HMAC_KEY));
    const moved = { ...signed({ ...add, rid: 'C2' }, 'SHA256'), rid: 'C3' };
    socket.send(moved);
    expect((await socket.answerTo('C3')).e).toBe('SecurityError');
    await socket.close();
  });

  it('signs errors and lists of events', async () => {
    const unknown = { f: `${POLL}:pollEvents`, p: { component: 'unknown' } };
    const refused = (await post(target.place, signed(unknown, 'SHA256'))).message;
    expect(refused.e).toBe('NotRegistered');
    expect(refused.sec).toBe(signatureOf(refused, 'SHA256', HMAC_KEY));
    const live = { f: `${POLL}:pollEvents`, p: { component: 'LIVE', last_id: null, want: null } };
    const listed = (await post(target.place, signed(live, 'SHA512'))).message;
    expect(listed.r[0].data).toEqual(data);
    expect(listed.sec).toBe(signatureOf(listed, 'SHA512', HMAC_KEY));
  });

  it('leaves the answers to others unsigned', async () => {
    const { message } = await post(target.place, { ...add, sec: USER });
    expect(Object.keys(message)).toEqual(['r']);
  });

  it('is refused when anything signed was changed, or the key is another', async () => {
    const forged = [
      { ...signed(add, 'SHA256'), p: { type: 'SIGNED', data: { ...data, 9: 'other' } } },
      { ...signed(add, 'SHA256'), p: { type: 'OTHER', data } },
      { ...signed(add, 'SHA256'), f: 'futoin.evt.gen:1.0:addEvent' },
      { ...signed(add, 'SHA256'), more: 1 } as Message,
      signed(add, 'SHA256', Buffer.from('another').toString('base64')),
      { ...add, sec: signed(add, 'SHA256').sec?.replace('SHA256', 'SHA512') ?? '' },
      { ...add, sec: signed(add, 'SHA256').sec?.replace(HMAC_USER, 'evtuser') ?? '' },
    ];
    for (const message of forged) {
      const { message: answer } = await post(target.place, message);
      expect(answer.e).toBe('SecurityError');
      expect(answer.sec).toBeUndefined();
    }
  });
});
