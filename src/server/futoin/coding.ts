// How a FutoIn message is coded, told by its first bytes (FTN3 1.9): JSON, MessagePack or CBOR. Whatever came in is
// JSON text behind this file; an answer goes out as its call came.
import { decode as decodeMsgpack, encode as encodeMsgpack } from '@msgpack/msgpack';
import { decode as decodeCbor, encode as encodeCbor } from 'cborg';
import { ServiceError } from '../../contract/errors.ts';
import { type Message, readMessage } from '../rpc/message.ts';
import { requireJsonValue } from './json-value.ts';
import { requireSoundMsgpack } from './msgpack-check.ts';

export interface Coding {
  readonly contentType: string;
  /** How many times longer than its JSON text a message may become: `1.5,` takes nine bytes as a double. */
  readonly growth: number;
  /** Throws `ParseError` for what is not of this coding, `InvalidRequest` for what JSON cannot say. */
  decode(data: Buffer): Message;
  encode(jsonText: string): Buffer;
}

const MAGIC_LENGTH = 4;
/** What comes by SQL may nest deeper than what comes by call, as far as a database's JSON check follows. */
const ENCODED_DEPTH_MAX = 8192;

export const JSON_CODING: Coding = {
  contentType: 'application/futoin+json',
  growth: 1,
  decode: readMessage,
  encode: (jsonText) => Buffer.from(jsonText),
};

const MSGPACK_CODING = binaryCoding({
  magic: 'MPCK',
  contentType: 'application/futoin+msgpack',
  decode: (data) => {
    requireSoundMsgpack(data);
    return decodeMsgpack(data, { useBigInt64: true });
  },
  encode: (value) => encodeMsgpack(value, { maxDepth: ENCODED_DEPTH_MAX }),
});

const CBOR_CODING = binaryCoding({
  magic: 'CBOR',
  contentType: 'application/futoin+cbor',
  decode: (data) => decodeCbor(data, { rejectDuplicateMapKeys: true }),
  encode: encodeCbor,
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
}

function binaryCoding({ magic, contentType, decode, encode }: BinaryFormat): Coding {
  const head = Buffer.from(magic);
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
  };
}

function tryDecode(decode: (data: Buffer) => unknown, data: Buffer): unknown {
  try {
    return decode(data);
  } catch (cause) {
    throw new ServiceError('ParseError', { cause });
  }
}
