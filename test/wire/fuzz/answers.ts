// What a server may say to whatever it was sent: a well-formed answer, or a well-formed call of its own.
import { decode as decodeMsgpack } from '@msgpack/msgpack';
import { decode as decodeCbor } from 'cborg';
import { errorTable } from '../../../src/contract/generated/error-table.ts';
import { type Envelope, OTHER } from './cases.ts';

const CODES: ReadonlySet<string> = new Set(errorTable.map(({ code }) => code));
const FUTOIN_NAMES: ReadonlySet<string> = new Set(errorTable.map(({ futoin }) => futoin));

/** Throws for what no server should say. */
export function requireSound(envelope: Envelope, data: Buffer): void {
  if (data.includes(OTHER.secret)) throw new Error(`Another's data: ${shown(data)}`);
  if (envelope === 'futoin') requireFutoin(decoded(data), data);
  else {
    const parsed: unknown = JSON.parse(data.toString());
    for (const each of Array.isArray(parsed) ? parsed : [parsed]) requireRpc(each, data);
  }
}

const shown = (data: Buffer) => data.toString('latin1', 0, 300);

function decoded(data: Buffer): unknown {
  const magic = data.toString('latin1', 0, 4);
  if (magic === 'MPCK') return decodeMsgpack(data.subarray(4));
  if (magic === 'CBOR') return decodeCbor(data.subarray(4));
  return JSON.parse(data.toString());
}

function requireRpc(answer: Record<string, unknown>, data: Buffer): void {
  const { jsonrpc, method, error } = answer;
  const { code } = ((error as { data?: object })?.data ?? {}) as { code?: string };
  const isError =
    'id' in answer && code !== undefined && CODES.has(code) && code !== 'InternalError';
  const isSound = method === 'onEvents' || ('result' in answer && 'id' in answer) || isError;
  if (jsonrpc !== '2.0' || !isSound) throw new Error(`No answer of JSON-RPC: ${shown(data)}`);
}

function requireFutoin(answer: unknown, data: Buffer): void {
  const { f, r, e, edesc } = answer as Record<string, unknown>;
  const isCall = typeof f === 'string' && f.startsWith('futoin.evt.receiver:');
  // Nothing that a fuzzer sends is our own fault.
  const isError =
    FUTOIN_NAMES.has(e as string) && typeof edesc === 'string' && !/fault is ours/.test(edesc);
  if (!isCall && r === undefined && !isError)
    throw new Error(`No answer of FutoIn: ${shown(data)}`);
}
