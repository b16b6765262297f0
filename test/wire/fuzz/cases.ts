// What a fuzzer sends: calls that are nearly right, calls that are torn, and bytes that are neither, for both envelopes.
import { encode as encodeMsgpack } from '@msgpack/msgpack';
import { encode as encodeCbor } from 'cborg';
import * as fc from 'fast-check';

/** The fuzzer's own credential, and the name of the one it must learn nothing about. */
export const OWN = { name: 'bob', key: 'bob-key' };
export const OTHER = { name: 'alice', key: 'alice-key', secret: 'known-to-alice-only' };

export type Envelope = 'rpc' | 'futoin';

const METHODS = [
  'addEvent',
  'addEvents',
  'registerConsumer',
  'unregisterConsumer',
  'pollEvents',
  'readyToReceive',
  'listConsumers',
  'streamInfo',
  'takeArchive',
  'keepArchive',
  'releaseArchive',
  'readEvents',
  'ping',
  'rpc.discover',
  'onEvents',
  'constructor',
  '__proto__',
];
const INTERFACES = [
  'futoin.evt.gen',
  'futoin.evt.poll',
  'futoin.evt.push',
  'futoin.evt.receiver',
  'futoin.ping',
  'futoin.evt.types',
  'toString',
];

const junk = fc.jsonValue({ maxDepth: 4 });
const sometimes = <T>(value: fc.Arbitrary<T>, weight = 6) =>
  fc.oneof({ weight, arbitrary: value as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: junk });

const component = fc.constantFrom('c', 'd', 'LIVE', 'ARCHIVER', 'alice:c', '*', '');
const eventId = fc.oneof(
  fc.nat(20).map(String),
  fc.constantFrom('0', '-1', '999999999999999999', '1e1'),
);
const type = fc.constantFrom('PUBLIC_A', 'PUBLIC_B', 'SECRET', 'A', '', 'x'.repeat(200));
const params = fc.record(
  {
    component: sometimes(component),
    type: sometimes(type),
    data: junk,
    events: sometimes(fc.array(fc.record({ type: sometimes(type), data: junk }), { maxLength: 4 })),
    last_id: sometimes(fc.oneof(eventId, fc.constant(null))),
    want: sometimes(fc.oneof(fc.array(type, { maxLength: 3 }), fc.constant(null))),
    from: sometimes(
      fc.constantFrom('beginning', 'now', { id: '1' }, { time: '2026-01-01T00:00:00Z' }),
    ),
    stream: sometimes(fc.constantFrom('main', 'other', 'nowhere')),
    principal: sometimes(fc.constantFrom(OTHER.name, OWN.name)),
    limit: sometimes(fc.integer({ min: -1, max: 1001 })),
    echo: sometimes(fc.integer()),
    max_in_flight: sometimes(fc.integer({ min: 0, max: 70 })),
    epoch: sometimes(fc.nat(3)),
    dry_run: sometimes(fc.boolean()),
  },
  { requiredKeys: [] },
);
// Each method takes a few of them; most calls would fail on an unknown one.
const FITTING = new Map<string, readonly string[]>(
  Object.entries({
    addEvent: ['type', 'data'],
    addEvents: ['events'],
    registerConsumer: ['component'],
    unregisterConsumer: ['component', 'principal', 'dry_run'],
    pollEvents: ['component', 'last_id', 'want'],
    readyToReceive: ['component', 'want'],
    ping: ['echo'],
  }),
);
const methodAndParams = fc
  .tuple(fc.constantFrom(...METHODS), params, fc.boolean())
  .map(([method, all, isFitting]) => {
    const fitting = FITTING.get(method);
    if (!isFitting || fitting === undefined) return { method, params: all };
    return {
      method,
      params: Object.fromEntries(fitting.map((key) => [key, all[key as keyof typeof all]])),
    };
  });

const rpcCall = fc
  .tuple(
    methodAndParams,
    sometimes(fc.constant('2.0'), 20),
    fc.oneof(fc.nat(), fc.string(), fc.constant(null), fc.constant(undefined), junk),
  )
  .map(([{ method, params: given }, jsonrpc, id]) => ({ jsonrpc, id, method, params: given }));

const sec = fc.constantFrom(
  `${OWN.name}:${OWN.key}`,
  `${OWN.name}:wrong`,
  `${OTHER.name}:${OWN.key}`,
  `${OTHER.name}:`,
  '-internal',
  '-internal:-internal',
  `-hmac:${OTHER.name}:SHA256:AAAA`,
  `-hmac:${OWN.name}:MD5:`,
  '-hmac:::',
  ':',
  '',
);
const FACES = new Map([
  ['addEvent', 'futoin.evt.gen'],
  ['registerConsumer', 'futoin.evt.poll'],
  ['pollEvents', 'futoin.evt.poll'],
  ['readyToReceive', 'futoin.evt.push'],
  ['ping', 'futoin.ping'],
]);
const futoinCall = fc
  .record({
    call: methodAndParams,
    // Mostly the one that the method belongs to.
    face: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, fc.constantFrom(...INTERFACES)),
    version: sometimes(fc.constant('1.0'), 4),
    oddVersion: fc.constantFrom('1.1', '1.2', '2.0', '0.1', '1', 'x.y', '01.1'),
    sec: fc.oneof({ weight: 8, arbitrary: fc.constant(`${OWN.name}:${OWN.key}`) }, sec, junk),
    rid: fc.oneof(fc.string(), fc.constantFrom('C1', 'S1'), fc.constant(undefined), junk),
  })
  .map(({ call: { method, params: p }, face, version, oddVersion, sec: auth, rid }) =>
    method === 'onEvents'
      ? { rid, r: p }
      : {
          f: `${face ?? FACES.get(method)}:${version === '1.0' ? version : oddVersion}:${method}`,
          p,
          sec: auth,
          rid,
        },
  );

function encoded(value: unknown, coding: string): Buffer {
  if (coding === 'json') return Buffer.from(JSON.stringify(value) ?? '');
  const plain = JSON.parse(JSON.stringify(value) ?? 'null');
  return coding === 'MPCK'
    ? Buffer.concat([Buffer.from('MPCK'), encodeMsgpack(plain)])
    : Buffer.concat([Buffer.from('CBOR'), encodeCbor(plain)]);
}

/** Cuts, doubles, overwrites and inserts. */
const torn = (whole: fc.Arbitrary<Buffer>) =>
  fc
    .tuple(
      whole,
      fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.uint8Array({ maxLength: 6 })), { maxLength: 4 }),
    )
    .map(([data, cuts]) => {
      let bytes = data;
      for (const [place, kind, fresh] of cuts) {
        const at = bytes.length === 0 ? 0 : place % bytes.length;
        const head = bytes.subarray(0, at);
        const rest = bytes.subarray(at + (kind === 1 ? fresh.length : 0));
        if (kind === 0) bytes = Buffer.from(head);
        else if (kind === 3) bytes = Buffer.concat([head, rest, rest]).subarray(0, 60_000);
        else bytes = Buffer.concat([head, fresh, rest]);
      }
      return bytes;
    });

const rpcBytes = fc
  .oneof(
    { weight: 5, arbitrary: rpcCall as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: fc.array(fc.oneof(rpcCall, junk), { maxLength: 5 }) },
  )
  .map((value) => encoded(value, 'json'));
const futoinBytes = fc
  .tuple(futoinCall, fc.constantFrom('json', 'json', 'MPCK', 'CBOR'))
  .map(([value, coding]) => encoded(value, coding));
const randomBytes = fc
  .tuple(
    fc.constantFrom('', '{', 'MPCK', 'CBOR', '{"f":', '[{"jsonrpc":"2.0",'),
    fc.uint8Array({ maxLength: 200 }),
  )
  .map(([head, tail]) => Buffer.concat([Buffer.from(head), tail]));

export function casesOf(envelope: Envelope): fc.Arbitrary<Buffer> {
  const whole = envelope === 'rpc' ? rpcBytes : futoinBytes;
  return fc.oneof(
    { weight: 5, arbitrary: whole },
    { weight: 3, arbitrary: torn(whole) },
    { weight: 1, arbitrary: randomBytes },
  );
}

/** Addresses below /futoin. */
export const addresses = fc
  .tuple(
    fc.constantFrom(...INTERFACES),
    fc.constantFrom('1.0', '1.1', '9.9', '..', '%2e%2e', '%', ''),
    fc.constantFrom(...METHODS, '..', '%00'),
    fc.oneof(fc.constant(undefined), sec, fc.string()),
    fc.dictionary(
      fc.constantFrom('component', 'type', 'data', 'last_id', 'want', 'echo', '__proto__'),
      fc.string(),
    ),
  )
  .map(([face, version, method, auth, query]) => {
    const path = [
      face,
      version,
      method,
      ...(auth === undefined ? [] : [encodeURIComponent(auth)]),
    ].join('/');
    return `/futoin/${path}?${new URLSearchParams(query)}`;
  });
