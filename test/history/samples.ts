// Small histories by hand, for the checker's own tests: one that is good, and the pieces to make bad ones of.
import type { Batch, Consumer, History, Row, Write } from './history.ts';

export const rowOf = (id: number, key = `k${id}`, type = 'A'): Row => ({
  id: String(id),
  key,
  type,
});
export const rows = (...ids: number[]) => ids.map((id) => rowOf(id));

let clock = 0;

/** Later than all before. */
export const tick = () => ++clock;

/** A write of these keys; each moment of it is later than all before. */
export function write(keys: readonly string[], more: Partial<Write> = {}): Write {
  return {
    writer: 'w',
    events: keys.map((key) => ({ key, type: 'A' })),
    undone: [],
    begunAt: ++clock,
    commitSentAt: ++clock,
    committedAt: ++clock,
    outcome: 'committed',
    isKeyed: false,
    answers: [],
    ...more,
  };
}

export function polled(
  after: number,
  upTo: number,
  events = rows(...span(after, upTo)),
  more: object = {},
): Batch {
  return {
    consumer: 'c',
    session: 1,
    seq: null,
    askedAt: ++clock,
    receivedAt: ++clock,
    position: String(after),
    lastId: after === 0 ? null : String(after),
    after: String(after),
    upTo: String(upTo),
    events,
    isRefused: false,
    ...more,
  };
}

export const pushed = (seq: number, after: number, upTo: number, more: object = {}) =>
  polled(after, upTo, undefined, { seq, lastId: null, position: '0', ...more });

const span = (after: number, upTo: number) =>
  Array.from({ length: upTo - after }, (_, nth) => after + 1 + nth);

export const consumer: Consumer = { name: 'c', want: null, isLive: false, acknowledged: '4' };
export const live: Consumer = { ...consumer, isLive: true };

/** Four events by two writers, delivered in two polls, two of them archived and gone. */
export function good(): History {
  clock = 0;
  const writes = [write(['k1']), write(['k2', 'k3']), write(['k4'], { answers: [['4']] })];
  return {
    writes,
    consumers: [consumer],
    batches: [polled(0, 2), polled(2, 4)],
    acknowledgements: [],
    queued: rows(3, 4),
    archived: rows(1, 2, 3),
  };
}

export const rolledBack = { outcome: 'rolled back', committedAt: null } as const;
export const unknown = { outcome: 'unknown', committedAt: null } as const;
export const untold = { after: null, upTo: null } as const;
export const other = { ...live, name: 'other' };

/** The same writes one after the other, before anything was received. */
export const before = (writes: readonly Write[]) =>
  writes.map((each, nth) => ({
    ...each,
    begunAt: 3 * nth - 100,
    commitSentAt: 3 * nth - 99,
    committedAt: 3 * nth - 98,
  }));
