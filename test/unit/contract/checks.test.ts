// What options must be is what the wire's schemas say: two places, one truth.

import { POLL_OPTIONS, UNREGISTER_OPTIONS } from '../../../src/app/in-process/reading.ts';
import type { Check } from '../../../src/base/options.ts';
import { CONSUMER_OPTIONS } from '../../../src/client/consumer-options.ts';
import * as checks from '../../../src/contract/checks.ts';
import { fits, type SchemaName } from '../../../src/contract/validate.ts';

const TYPES = Array.from({ length: 101 }, (_, nth) => `T${nth}`);
const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    {},
    [],
    '',
    ' ',
    'a',
    'A',
    'a b',
    'a:b',
    'a-b',
    'a.b',
    '_a',
    '1a',
    'é',
    'a\n',
    'LIVE',
  ],
  ...[0, 1, -1, 1.5, 64, 65, 1000, 1001, 30_000, 30_001, 2 ** 31 - 1, 2 ** 31, Number.NaN],
  ...[30, 31, 64, 65, 128, 129].map((length) => 'a'.repeat(length)),
  ...['0', '1', '01', '-1', '1.0', '9'.repeat(18), '9'.repeat(19)],
  ...['beginning', 'now', 'later', { id: '0' }, { id: '01' }, { id: 1 }, { id: '1', epoch: 1 }],
  ...['2026-11-20T21:32:25Z', '2026-11-20T21:32:25.123456789Z'].map((time) => ({ time })),
  ...['2026-11-20', '2026-13-20T21:32:25Z', '2026-11-20T24:32:25Z', 0].map((time) => ({ time })),
  ...[{ time: '2026-11-20T21:32:25Z', id: '1' }, { place: 'here' }],
  ...[['A'], ['A', 'A'], ['A', 'B'], ['A', 1], ['a b'], TYPES, TYPES.slice(1)],
];

/** Of every call that is looked into here. */
const REQUIRED = { component: 'A' };
const pollEvents = 'methods/pollEvents.params';

describe('the check of', () => {
  it.each<[what: string, check: Check, isFit: (value: unknown) => boolean | null]>([
    ['a stream', checks.aStream, (value) => fits('stream-name', value)],
    ['a component', checks.aComponent, (value) => fits('component', value)],
    ['an event id', checks.anEventId, (value) => fits('event-id', value)],
    ['an idempotency key', checks.anIdempotencyKey, (value) => fits('idempotency-key', value)],
    ['an epoch', checks.anEpoch, (value) => fits('epoch', value)],
    ['what is wanted', checks.aWant, (value) => fits('want', value)],
    ['where to begin', checks.aFrom, (value) => fits('from', value)],
    ['a limit', POLL_OPTIONS.limit, property(pollEvents, 'limit')],
    ['a wait', POLL_OPTIONS.waitMs, property(pollEvents, 'wait_ms')],
    ['an acknowledgement', POLL_OPTIONS.lastId, property(pollEvents, 'last_id')],
    ['the size of a batch', CONSUMER_OPTIONS.eventsMax, property(pollEvents, 'limit')],
    [
      'batches under way',
      CONSUMER_OPTIONS.batchesInFlightMax,
      property('methods/readyToReceive.params', 'max_in_flight'),
    ],
    [
      'a principal',
      UNREGISTER_OPTIONS.principal,
      property('methods/unregisterConsumer.params', 'principal'),
    ],
  ])('%s lets through what its schema does', (_, check, isFit) => {
    const passed = VALUES.filter(check.fits);
    expect(passed).toEqual(VALUES.filter(isFit));
    expect(passed.length).toBeGreaterThan(0);
    expect(passed.length).toBeLessThan(VALUES.length);
  });
});

function property(schema: SchemaName, name: string) {
  return (value: unknown) => fits(schema, { ...REQUIRED, [name]: value });
}
