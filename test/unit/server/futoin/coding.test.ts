// FutoIn messages in their three codings.
import { encode as encodeMsgpack } from '@msgpack/msgpack';
import { encode as encodeCbor } from 'cborg';
import { codingOf } from '../../../../src/server/futoin/coding.ts';

const msgpack = (value: unknown) => Buffer.concat([Buffer.from('MPCK'), encodeMsgpack(value)]);
const cbor = (value: unknown) => Buffer.concat([Buffer.from('CBOR'), encodeCbor(value)]);
const bytes = (...values: number[]) => Buffer.concat([Buffer.from('MPCK'), Buffer.from(values)]);
const decode = (data: Buffer) => codingOf(data).decode(data);

const message = {
  f: 'futoin.evt.gen:1.1:addEvent',
  p: { type: 'A', data: [1, -2, 1.5, 1e300, 'é😀', null, true, { deep: { er: [] } }] },
  rid: 'C1',
};

describe('a coding', () => {
  it('is told by the first bytes', () => {
    expect(codingOf(Buffer.from('{}')).contentType).toBe('application/futoin+json');
    expect(codingOf(Buffer.from('')).contentType).toBe('application/futoin+json');
    expect(codingOf(msgpack({})).contentType).toBe('application/futoin+msgpack');
    expect(codingOf(cbor({})).contentType).toBe('application/futoin+cbor');
  });

  it.each([
    ['JSON', Buffer.from(JSON.stringify(message))],
    ['MessagePack', msgpack(message)],
    ['CBOR', cbor(message)],
  ])('gives back what was written in %s', (_name, data) => {
    const read = decode(data);
    expect(read.parsed).toEqual(message);
    expect(JSON.parse(read.text)).toEqual(message);
    expect(decode(codingOf(data).encode(read.text)).parsed).toEqual(message);
  });

  it('takes 64-bit integers as far as JSON readers agree on them', () => {
    const safe = BigInt(Number.MAX_SAFE_INTEGER);
    const wide = Buffer.alloc(9);
    wide[0] = 0xcf;
    wide.writeBigUInt64BE(safe, 1);
    expect(decode(bytes(...wide)).parsed).toBe(Number.MAX_SAFE_INTEGER);
    wide.writeBigUInt64BE(safe + 1n, 1);
    expect(() => decode(bytes(...wide))).toThrow('2^53-1');
    expect(() => decode(cbor({ n: safe + 2n }))).toThrow('2^53-1');
  });

  it('takes `__proto__` for a key like any other', () => {
    const parsed = decode(cbor(JSON.parse('{"__proto__":{"admin":true}}'))).parsed as object;
    expect(Object.keys(parsed)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
  });

  it.each([
    ['binary data', msgpack({ data: new Uint8Array([1, 2]) })],
    ['binary data', cbor({ data: new Uint8Array([1, 2]) })],
    ['a date', msgpack({ data: new Date(0) })],
    ['NaN', msgpack({ data: Number.NaN })],
    ['infinity', msgpack({ data: Number.POSITIVE_INFINITY })],
    ['NaN', cbor({ data: Number.NaN })],
  ])('refuses %s', (_name, data) => {
    expect(() => decode(data)).toThrow(/no JSON|JSON has no word/);
  });

  it.each([
    ['an array of 2^32 - 1 items that are not there', bytes(0xdd, 0xff, 0xff, 0xff, 0xff)],
    [
      'arrays within arrays that each claim millions',
      bytes(...Array.from({ length: 100 }, () => [0xdd, 0, 0xff, 0xff, 0xff]).flat()),
    ],
    ['text that ends too early', bytes(0xdb, 0, 1, 0, 0, 65)],
    ['a map without its last value', bytes(0x81, 0xa1, 65)],
    ['a depth of 60,000', bytes(...Array.from({ length: 60_000 }, () => 0x91), 0xc0)],
    ['a byte that MessagePack never uses', bytes(0xc1)],
    ['something behind the value', bytes(0xc0, 0xc0)],
    ['CBOR that ends too early', Buffer.from('CBOR\u009b')],
    ['CBOR of a depth of 60,000', Buffer.from(`CBOR${'\u0081'.repeat(60_000)}`, 'latin1')],
    ['JSON that ends too early', Buffer.from('{"f":')],
    ['MessagePack whose text is no UTF-8', bytes(0xa3, 0xa2, 0xc3, 0x28)],
    [
      'CBOR whose text is no UTF-8',
      Buffer.concat([Buffer.from('CBOR'), Buffer.from([0x62, 0xc3, 0x28])]),
    ],
    ['no UTF-8', Buffer.from([0x7b, 0xff])],
  ])('refuses %s', (_name, data) => {
    expect(() => decode(data)).toThrow(expect.objectContaining({ name: 'ServiceError' }));
  });
});
