// A FutoIn call written as an address: interface, version, function and perhaps the credential in the path, values
// in the query.
import { describeDrawnDatabase } from '../support/databases.ts';
import { type Message, request } from './judge/raw.ts';
import { startTarget, type Target, USER } from './judge/target.ts';

const authorization = `Basic ${btoa(USER)}`;

describeDrawnDatabase('a FutoIn call in an address', (kind) => {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget(kind);
    await get('futoin.evt.poll/1.0/registerConsumer?component=c');
  });
  afterAll(() => target?.stop());

  const get = async (rest: string, init: RequestInit = { headers: { authorization } }) => {
    const answer = await request(`http://${target.place}/${rest}`, init);
    expect([answer.status, answer.contentType]).toEqual([200, 'application/futoin+json']);
    return answer.message;
  };
  const withoutHeader = (rest: string) => get(rest, {});
  /** The event with the id that an answer gives. */
  const eventOf = async ({ r: id }: Message) => {
    const before = id === '1' ? 'null' : String(Number(id) - 1);
    const { r } = await get(`futoin.evt.poll/1.0/pollEvents?component=LIVE&last_id=${before}`);
    return r[0];
  };

  it.each(['GET', 'POST'])('is answered by %s', async (method) => {
    const init = { method, headers: { authorization } };
    expect(await get('futoin.evt.gen/1.1/ping?echo=7', init)).toEqual({ r: { echo: 7 } });
  });

  it('is taken with a slash behind', async () => {
    expect(await get('futoin.evt.gen/1.1/ping/?echo=7')).toEqual({ r: { echo: 7 } });
  });

  it('may carry its credential in the path', async () => {
    const sec = encodeURIComponent(USER);
    expect(await withoutHeader(`futoin.evt.gen/1.1/ping/${sec}?echo=7`)).toEqual({
      r: { echo: 7 },
    });
    expect(await withoutHeader(`futoin.evt.gen/1.1/ping/${USER}?echo=8`)).toEqual({
      r: { echo: 8 },
    });
    expect((await withoutHeader('futoin.evt.gen/1.1/ping/evtuser%3Abad?echo=7')).e).toBe(
      'SecurityError',
    );
    expect((await withoutHeader('futoin.evt.gen/1.1/ping/-internal?echo=7')).e).toBe(
      'SecurityError',
    );
    expect((await withoutHeader('futoin.evt.gen/1.1/ping?echo=7')).e).toBe('SecurityError');
  });

  it.each([
    ['text', 'text', 'text'],
    ['a number', '7', '7'],
    ['an object', '{"a":[1,null]}', '{"a":[1,null]}'],
    ['null', 'null', 'null'],
    ['nothing', '', ''],
    ['a question mark', 'a?b?c', 'a?b?c'],
    ['signs of addresses', 'a&b=c#d%25', 'a&b=c#d%25'],
    ['other letters', 'é €', 'é €'],
  ])('adds %s as text, since any data fits', async (_, written, data) => {
    const query = `type=A_TYPE&data=${encodeURIComponent(written)}`;
    const added = await get(`futoin.evt.gen/1.1/addEvent?${query}`);
    expect(await eventOf(added)).toMatchObject({ id: added.r, type: 'A_TYPE', data });
  });

  it('keeps a question mark in a value that is not encoded', async () => {
    const added = await get('futoin.evt.gen/1.1/addEvent?type=A&data=what?now?');
    expect((await eventOf(added)).data).toBe('what?now?');
  });

  it('gives values the type that is declared', async () => {
    await get('futoin.evt.gen/1.1/addEvent?type=TYPED&data=1');
    const want = encodeURIComponent('["TYPED"]');
    const { r } = await get(`futoin.evt.poll/1.0/pollEvents?component=c&last_id=1&want=${want}`);
    expect(r.map((event: { type: string }) => event.type)).toEqual(['TYPED']);
    const all = await get('futoin.evt.poll/1.0/pollEvents?component=c&last_id=null&want=null');
    expect(all.r.at(-1).type).toBe('TYPED');
    expect((await get('futoin.evt.gen/1.1/ping?echo=x')).e).toBe('InvalidRequest');
    expect((await get('futoin.evt.gen/1.1/ping?echo="7"')).e).toBe('InvalidRequest');
    expect((await get('futoin.evt.poll/1.0/pollEvents?component=c&want=TYPED')).e).toBe(
      'InvalidRequest',
    );
  });

  it.each([
    ['futoin.evt.gen', 'InvalidRequest'],
    ['futoin.evt.gen/1.1', 'InvalidRequest'],
    ['futoin.evt.gen/1.1/addEvent', 'InvalidRequest'],
    ['futoin.evt.gen/1.1/nothing', 'InvalidRequest'],
    ['futoin.evt.gen/1.1/ping?echo=1&more=1', 'InvalidRequest'],
    ['futoin.evt.gen/1.1/%E0%A4%A', 'InvalidRequest'],
    ['futoin.evt.gen/2.0/ping?echo=1', 'NotSupportedVersion'],
    ['futoin.evt.none/1.0/ping?echo=1', 'UnknownInterface'],
    ['futoin.evt.push/1.1/readyToReceive?component=c', 'InvalidRequest'],
  ])('that is %s is answered with %s', async (rest, error) => {
    expect((await get(rest)).e).toBe(error);
  });
});
