// Calls written as addresses.
import { messageOfUrl } from '../../../../src/server/futoin/url-form.ts';

const parsed = (rest: string) => messageOfUrl(rest).parsed;

describe('a call written as an address', () => {
  it('stands for a message', () => {
    const rest = 'futoin.evt.poll/1.1/registerConsumer/shop%3Ak%2Fey?component=C';
    const message = messageOfUrl(rest);
    expect(message.parsed).toEqual({
      f: 'futoin.evt.poll:1.1:registerConsumer',
      p: { component: 'C' },
      sec: 'shop:k/ey',
    });
    expect(JSON.parse(message.text)).toEqual(message.parsed);
  });

  it('takes values as their declared types', () => {
    const query = 'component=1&last_id=15&want=%5B%22A%22%2C%22B%22%5D';
    expect(parsed(`futoin.evt.poll/1.1/pollEvents?${query}`)).toMatchObject({
      p: { component: '1', last_id: '15', want: ['A', 'B'] },
    });
    expect(parsed('futoin.evt.poll/1.1/pollEvents?component=C&last_id=null')).toMatchObject({
      p: { component: 'C', last_id: null },
    });
    expect(parsed('futoin.ping/1.0/ping?echo=42')).toMatchObject({ p: { echo: 42 } });
    // Any value is declared, and text is one.
    expect(parsed('futoin.evt.gen/1.1/addEvent?type=A&data=1')).toMatchObject({
      p: { type: 'A', data: '1' },
    });
  });

  it('leaves what it cannot type to be refused', () => {
    expect(parsed('futoin.ping/1.0/ping?echo=x')).toMatchObject({ p: { echo: 'x' } });
    expect(parsed('futoin.ping/1.0/ping?more=1')).toMatchObject({ p: { more: '1' } });
    expect(parsed('futoin.evt.gen/1.1/addEvent?type=A&data=what?now')).toMatchObject({
      p: { type: 'A', data: 'what?now' },
    });
    expect(parsed('no.such/1.0/thing?a=1')).toMatchObject({ p: { a: '1' } });
    expect(parsed('futoin.ping/1.0/ping?__proto__=1')).toEqual({
      f: 'futoin.ping:1.0:ping',
      p: JSON.parse('{"__proto__":"1"}'),
    });
  });

  it.each([
    'futoin.ping',
    'futoin.ping/1.0',
    'a/b/c/d/e',
    'a/%/c',
    'futoin.ping/1.0/ping?echo=1&echo=2',
  ])('refuses %s', (rest) => {
    expect(() => messageOfUrl(rest)).toThrow(expect.objectContaining({ code: 'InvalidRequest' }));
  });
});
