import { Hint } from '../../../src/base/hint.ts';
import type { EventRow } from '../../../src/contract/event.ts';
import { EventList } from '../../../src/contract/event-list.ts';
import type { Refusal } from '../../../src/delivery/channel.ts';
import { FlowControl } from '../../../src/delivery/flow-control.ts';
import { TakeoverGuard } from '../../../src/delivery/takeover-guard.ts';
import { id } from '../../support/events.ts';

const row = (nth: number, type = 'T', data = '1'): EventRow => [
  id(nth),
  type,
  data,
  '2026-11-20T21:32:25.123Z',
];

describe('FlowControl', () => {
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const batch = (seq: number, bytes = 1) => ({
    seq,
    events: new EventList([row(seq, 'T', 'x'.repeat(bytes))]),
    after: id(0),
    upTo: id(seq),
    epoch: 1,
  });
  let nowMs = 0;
  const clock = { monotonicMs: () => nowMs, sleep: async () => {} };
  const open = (batchesMax: number) =>
    new FlowControl({ batchesMax, ackTimeoutMs: 1000, wake: new Hint(), clock });

  it('has room for so many batches, and for no more than two large ones', () => {
    const few = open(2);
    expect(few.hasRoom).toBe(true);
    few.add(batch(1), new Promise(() => {}));
    expect(few.hasRoom).toBe(true);
    few.add(batch(2), new Promise(() => {}));
    expect(few.hasRoom).toBe(false);
    const large = open(10);
    large.add(batch(1, 5_000_000), new Promise(() => {}));
    large.add(batch(2, 5_000_000), new Promise(() => {}));
    expect(large.hasRoom).toBe(false);
  });

  it('gives answers in the order of sending only', async () => {
    const flow = open(3);
    let answerFirst: (answer: true | Refusal) => void = () => {};
    flow.add(
      batch(1),
      new Promise((resolve) => {
        answerFirst = resolve;
      }),
    );
    flow.add(batch(2), Promise.resolve(true));
    flow.add(batch(3), Promise.reject(new Error('gone')));
    await settle();
    expect(flow.takeAnswered()).toBeNull();
    answerFirst({ error: null });
    await settle();
    expect([1, 2, 3].map(() => flow.takeAnswered()?.answer)).toEqual([
      { error: null },
      true,
      expect.any(Error),
    ]);
    expect(flow.inFlight).toBe(0);
  });

  it('knows when the oldest answer is late', () => {
    const flow = open(3);
    expect(flow.msToDeadline).toBe(Number.POSITIVE_INFINITY);
    nowMs = 500;
    flow.add(batch(1), new Promise(() => {}));
    nowMs = 1400;
    flow.add(batch(2), new Promise(() => {}));
    expect(flow.msToDeadline).toBe(100);
    flow.clear();
    expect(flow.hasRoom).toBe(true);
  });

  it('does not call late what came in time and was not taken yet', async () => {
    const flow = open(2);
    flow.add(batch(1), Promise.resolve(true));
    await settle();
    nowMs += 2000;
    expect(flow.msToDeadline).toBe(Number.POSITIVE_INFINITY);
  });

  it('gives who works through many at a steady pace its time for each', async () => {
    nowMs = 0;
    const flow = open(3);
    for (const seq of [1, 2, 3])
      flow.add(batch(seq), seq < 3 ? Promise.resolve(true) : new Promise(() => {}));
    await settle();
    nowMs = 900;
    flow.takeAnswered();
    nowMs = 1800;
    flow.takeAnswered();
    expect(flow.msToDeadline).toBe(1000);
  });
});

describe('TakeoverGuard', () => {
  it('lets a consumer rest after three takeovers within ten seconds', () => {
    const guard = new TakeoverGuard();
    for (const atMs of [0, 4000, 8000]) {
      guard.check('c', atMs);
      guard.count('c', atMs);
    }
    expect(() => guard.check('c', 9000)).toThrow(
      expect.objectContaining({ code: 'ConsumerBusy', details: { retryAfterMs: 9000 } }),
    );
    expect(() => guard.check('other', 9000)).not.toThrow();
    expect(() => guard.check('c', 18_000)).not.toThrow();
  });

  it('does not mind takeovers that are far apart', () => {
    const guard = new TakeoverGuard();
    for (let atMs = 0; atMs < 100_000; atMs += 5000) {
      guard.check('c', atMs);
      guard.count('c', atMs);
    }
  });
});
