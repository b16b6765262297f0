// How a FutoIn message is coded, told by its first bytes (FTN3 1.9): JSON, MessagePack or CBOR. Whatever came in is
// JSON text behind this file; an answer goes out as its call came.
import { decode as decodeMsgpack, encode as encodeMsgpack } from '@msgpack/msgpack';
import { decode as decodeCbor, encode as encodeCbor } from 'cborg';
import { ServiceError } from '../../contract/errors.ts';
import type { EventRow } from '../../contract/event.ts';
import { type Message, readMessage } from '../rpc/message.ts';
import { futoinEventsText } from './events-text.ts';
import { requireJsonValue } from './json-value.ts';
import { requireSoundMsgpack } from './msgpack-check.ts';

export interface Coding {
  readonly contentType: string;
  /** How many times longer than its JSON text a message may become: `1.5,` takes nine bytes as a double. */
  readonly growth: number;
  /** Throws `ParseError` for what is not of this coding, `InvalidRequest` for what JSON cannot say. */
  decode(data: Buffer): Message;
  encode(jsonText: string): Buffer;
  /** A message of few members, whose values are coded already. */
  message(members: Members): Buffer;
  /** An object of few members within a message. */
  object(members: Members): Buffer;
  /** A value within a message. */
  value(jsonText: string): Buffer;
  /** A list of events within a message, the same function each time: what it makes is shared. */
  readonly events: (rows: readonly EventRow[]) => Buffer;
}

type Members = Readonly<Record<string, Buffer>>;

const MAGIC_LENGTH = 4;
/** What comes by SQL may nest deeper than what comes by call, as far as a database's JSON check follows. */
const ENCODED_DEPTH_MAX = 8192;

export const JSON_CODING: Coding = {
  contentType: 'application/futoin+json',
  growth: 1,
  decode: readMessage,
  encode: (jsonText) => Buffer.from(jsonText),
  message: jsonObject,
  object: jsonObject,
  value: (jsonText) => Buffer.from(jsonText),
  events: (rows) => Buffer.from(futoinEventsText(rows)),
};

const MSGPACK_CODING = binaryCoding({
  magic: 'MPCK',
  contentType: 'application/futoin+msgpack',
  decode: (data) => {
    requireSoundMsgpack(data);
    return decodeMsgpack(data, { useBigInt64: true });
  },
  encode: (value) => encodeMsgpack(value, { maxDepth: ENCODED_DEPTH_MAX }),
  // The specification's fixmap.
  mapHead: 0x80,
});

const CBOR_CODING = binaryCoding({
  magic: 'CBOR',
  contentType: 'application/futoin+cbor',
  decode: (data) => decodeCbor(data, { rejectDuplicateMapKeys: true }),
  encode: encodeCbor,
  // RFC 8949: major type 5.
  mapHead: 0xa0,
});

/** What does not say otherwise is JSON. */
export function codingOf(data: Buffer): Coding {
  switch (data.toString('latin1', 0, MAGIC_LENGTH)) {
    case 'MPCK':
      return MSGPACK_CODING;
    case 'CBOR':
      return CBOR_CODING;
    default:
      return JSON_CODING;
  }
}

interface BinaryFormat {
  readonly magic: string;
  readonly contentType: string;
  readonly decode: (data: Buffer) => unknown;
  readonly encode: (value: unknown) => Uint8Array;
  /** The first byte of a map of up to 15 members, to which their number is added. */
  readonly mapHead: number;
}

function binaryCoding({ magic, contentType, decode, encode, mapHead }: BinaryFormat): Coding {
  const head = Buffer.from(magic);
  const coded = (value: unknown) => Buffer.from(encode(value));
  const object = (members: Members) => {
    const entries = Object.entries(members);
    const parts = entries.flatMap(([key, value]) => [coded(key), value]);
    return Buffer.concat([Buffer.from([mapHead + entries.length]), ...parts]);
  };
  return {
    contentType,
    growth: 2.25,
    decode: (data) => {
      const parsed = requireJsonValue(tryDecode(decode, data.subarray(MAGIC_LENGTH)));
      const text = JSON.stringify(parsed);
      // What stands in a decoded text for bytes that are no UTF-8.
      if (text.includes('\ufffd') && !data.includes('\ufffd')) throw new ServiceError('ParseError');
      return { text, parsed };
    },
    // Numbers beyond a double become the nearest one: neither side's library would keep them.
    encode: (jsonText) => Buffer.concat([head, encode(JSON.parse(jsonText))]),
    message: (members) => Buffer.concat([head, object(members)]),
    object,
    value: (jsonText) => coded(JSON.parse(jsonText)),
    events: (rows) => coded(JSON.parse(futoinEventsText(rows))),
  };
}

function jsonObject(members: Members): Buffer {
  const parts = Object.entries(members).flatMap(([key, value], place) => [
    Buffer.from(`${place === 0 ? '{' : ','}"${key}":`),
    value,
  ]);
  return Buffer.concat([...parts, Buffer.from('}')]);
}

function tryDecode(decode: (data: Buffer) => unknown, data: Buffer): unknown {
  try {
    return decode(data);
  } catch (cause) {
    throw new ServiceError('ParseError', { cause });
  }
}
