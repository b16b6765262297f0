// The codings of FutoIn messages by their first bytes, over HTTP: the answer comes in the coding of the call, under the
// coding's own content type.
import { describeDrawnDatabase } from '../support/databases.ts';
import { post } from './judge/raw.ts';
import { startTarget, type Target } from './judge/target.ts';

const text = (value: string) => Buffer.from(value).toString('hex');
const F = text('futoin.evt.gen:1.1:ping');
const SEC = text('evtuser:secret');
const ECHO = text('echo');

/** `{"f": ..., "p": {"echo": 1}, "sec": ...}` and `{"r": {"echo": 1}}`, byte by byte. */
const CODINGS = [
  {
    name: 'MPCK',
    contentType: 'application/futoin+msgpack',
    call: `83a166b7${F}a17081a4${ECHO}01a3${text('sec')}ae${SEC}`,
    answer: `81a17281a4${ECHO}01`,
    error: new RegExp(`a165ae${text('InvalidRequest')}`),
    broken: '83a166',
  },
  {
    name: 'CBOR',
    contentType: 'application/futoin+cbor',
    call: `a3616677${F}6170a164${ECHO}0163${text('sec')}6e${SEC}`,
    answer: `a16172a164${ECHO}01`,
    error: new RegExp(`61656e${text('InvalidRequest')}`),
    broken: 'a36166',
  },
];

describeDrawnDatabase('a FutoIn message', (kind) => {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget(kind);
  });
  afterAll(() => target?.stop());

  describe.each(CODINGS)('in $name', ({ name, contentType, call, answer, error, broken }) => {
    const send = (hex: string, type = contentType) => {
      const bytes = new Uint8Array(Buffer.from(text(name) + hex, 'hex'));
      return post(target.place, bytes, { 'content-type': type });
    };

    it('is answered in it', async () => {
      const got = await send(call);
      expect([got.status, got.contentType]).toEqual([200, contentType]);
      expect(got.bytes.toString('hex')).toBe(text(name) + answer);
    });

    it('is known by its first bytes, whatever its content type says', async () => {
      const got = await send(call, 'application/futoin+json');
      expect(got.contentType).toBe(contentType);
      expect(got.bytes.toString('hex')).toBe(text(name) + answer);
    });

    it('that cannot be decoded, or has something behind, is answered with InvalidRequest in it', async () => {
      for (const hex of ['', broken, `${call}00`]) {
        const got = await send(hex);
        expect([got.status, got.contentType]).toEqual([200, contentType]);
        expect(got.bytes.toString('hex')).toMatch(error);
      }
    });
  });

  it('in JSON may have white space before it', async () => {
    const message = '{"f":"futoin.evt.gen:1.1:ping","p":{"echo":1},"sec":"evtuser:secret"}';
    expect((await post(target.place, ` \n${message}`)).message).toEqual({ r: { echo: 1 } });
  });
});
