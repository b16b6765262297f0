import { Hint } from '../../../src/base/hint.ts';
import type { EventRow } from '../../../src/contract/event.ts';
import { cutBatch, ReadSize } from '../../../src/delivery/batch.ts';
import { FlowControl } from '../../../src/delivery/flow-control.ts';
import { TakeoverGuard } from '../../../src/delivery/takeover-guard.ts';
import { id } from '../../support/events.ts';

const row = (nth: number, type = 'T', data = '1'): EventRow => [
  id(nth),
  type,
  data,
  '2026-11-20T21:32:25.123Z',
];
const limits = { eventsMax: 2, bytesMax: 1e6 };

describe('cutBatch', () => {
  it('answers for everything that it has looked at', () => {
    const rows = [row(1), row(2, 'NOISE'), row(3), row(4, 'NOISE')];
    const wanted = (type: string) => type === 'T';
    expect(cutBatch(rows, id(0), wanted, limits)).toEqual({ rows: [row(1), row(3)], upTo: '4' });
    expect(cutBatch(rows, id(0), null, limits)).toEqual({
      rows: [row(1), row(2, 'NOISE')],
      upTo: '2',
    });
    expect(cutBatch(rows.slice(1, 2), id(1), wanted, limits)).toEqual({ rows: [], upTo: '2' });
    expect(cutBatch([], id(7), null, limits)).toEqual({ rows: [], upTo: '7' });
  });

  it('stops before the wanted row that does not fit, and not behind it', () => {
    const rows = [row(1), row(2), row(3, 'NOISE'), row(4)];
    expect(cutBatch(rows, id(0), (type) => type === 'T', limits).upTo).toBe('3');
    const large = [row(1, 'T', 'x'.repeat(900)), row(2, 'T', 'x'.repeat(900))];
    expect(cutBatch(large, id(0), null, { eventsMax: 9, bytesMax: 1200 })).toMatchObject({
      upTo: '1',
    });
    expect(cutBatch(large, id(0), null, { eventsMax: 9, bytesMax: 1 }).rows.length).toBe(1);
  });
});

describe('ReadSize', () => {
  const rows = (first: number, count: number, everyNth = 1) =>
    Array.from({ length: count }, (_, nth) =>
      row(first + nth, nth % everyNth === 0 ? 'T' : 'NOISE'),
    );
  const wanted = (type: string) => type === 'T';
  const cutOf = (read: EventRow[]) =>
    cutBatch(read, id(0), wanted, { eventsMax: 100, bytesMax: 1e9 });

  it('is one batch while every row is wanted', () => {
    const size = new ReadSize(100);
    for (let round = 0; round < 3; round += 1) {
      const read = rows(1, size.events);
      size.adjust(read, cutOf(read));
      expect(size.events).toBe(100);
    }
  });

  it('grows to the bound while few rows are wanted, and shrinks when many are', () => {
    const size = new ReadSize(100);
    for (const expected of [200, 400, 800, 1000, 1000]) {
      const read = rows(1, size.events, 50);
      size.adjust(read, cutOf(read));
      expect(size.events).toBe(expected);
    }
    for (const expected of [500, 250, 125, 100, 100]) {
      const read = rows(1, size.events);
      size.adjust(read, cutOf(read));
      expect(size.events).toBe(expected);
    }
  });

  it('does not grow where there is no more to read', () => {
    const size = new ReadSize(100);
    const read = rows(1, 10, 5);
    size.adjust(read, cutOf(read));
    size.adjust([], { rows: [], upTo: id(10) });
    expect(size.events).toBe(100);
  });
});

describe('FlowControl', () => {
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const batch = (seq: number, bytes = 1) => ({
    seq,
    rows: [row(seq, 'T', 'x'.repeat(bytes))],
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
    let answerFirst: (answer: boolean) => void = () => {};
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
    answerFirst(false);
    await settle();
    expect([1, 2, 3].map(() => flow.takeAnswered()?.answer)).toEqual([
      false,
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
