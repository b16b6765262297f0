// Legacy HMAC of FTN6 and FTN7; test/wire holds it against the original clients.
import { createHmac } from 'node:crypto';
import { isSigned, sign } from '../../../../src/server/futoin/signature.ts';

const key = Buffer.from('secret');

/** The text that is signed, as FTN6 describes it. */
function hmacOf(algorithm: string, text: string): string {
  return createHmac(algorithm, key).update(text).digest('base64');
}

describe('a legacy signature', () => {
  it('covers sorted keys, nested values and places of arrays, without sec and nulls', () => {
    const message = {
      sec: 'anything',
      rid: 'C1',
      p: { type: 'A', data: { b: 1, a: [1, null, 'x'], none: null, yes: true } },
      f: 'futoin.evt.gen:1.1:addEvent',
    };
    const text = 'f:futoin.evt.gen:1.1:addEvent;p:data:a:0:1;2:x;;b:1;yes:true;;type:A;;rid:C1;';
    expect(sign('SHA256', key, message)).toBe(hmacOf('sha256', text));
  });

  it('sorts the places of an array as text', () => {
    const p = Array.from({ length: 11 }, (_, nth) => nth);
    const text = 'p:0:0;1:1;10:10;2:2;3:3;4:4;5:5;6:6;7:7;8:8;9:9;;';
    expect(sign('MD5', key, { p })).toBe(hmacOf('md5', text));
  });

  it.each(['MD5', 'SHA224', 'SHA256', 'SHA384', 'SHA512'])('is known by %s', (algorithm) => {
    const message = { f: 'x', p: { echo: 1 } };
    const signature = sign(algorithm, key, message);
    expect(signature).toBe(hmacOf(algorithm.toLowerCase(), 'f:x;p:echo:1;;'));
    expect(isSigned(algorithm, key, message, signature)).toBe(true);
    expect(isSigned(algorithm, key, { ...message, f: 'y' }, signature)).toBe(false);
    expect(isSigned(algorithm, Buffer.from('other'), message, signature)).toBe(false);
    expect(isSigned(algorithm, key, message, signature.slice(0, 8))).toBe(false);
    expect(isSigned(algorithm, key, message, '')).toBe(false);
  });
});
