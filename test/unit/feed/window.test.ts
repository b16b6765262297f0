import type { EventRow } from '../../../src/contract/event.ts';
import { deliverable, INVALID_DATA_TYPE } from '../../../src/feed/deliverable.ts';
import { Window } from '../../../src/feed/window.ts';
import { id } from '../../support/events.ts';

const TS = '2026-11-20T21:32:25.123Z';
const row = (nth: number, data = '1'): EventRow => [id(nth), 'T', data, TS];
const rows = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, nth) => row(from + nth));
const idsIn = (found: readonly EventRow[]) => found.map((each) => Number(each[0]));

describe('Window', () => {
  it('answers for what came since it began, and for nothing before', () => {
    const window = new Window(id(10), { windowEventsMax: 100, windowBytesMax: 1e6 });
    expect([window.covers(id(9)), window.covers(id(10))]).toEqual([false, true]);
    expect(window.read(id(10))).toEqual([]);
    window.push(rows(11, 15));
    expect(idsIn(window.read(id(12)))).toEqual([13, 14, 15]);
    expect(idsIn(window.read(id(15)))).toEqual([]);
    expect(window.newest).toBe('15');
  });

  it('gives no more than a page at once', () => {
    const window = new Window(id(0), { windowEventsMax: 5000, windowBytesMax: 1e7 });
    window.push(rows(1, 3000));
    expect(idsIn(window.read(id(500)))).toEqual(idsIn(rows(501, 1500)));
  });

  it('forgets the oldest beyond its bound of events', () => {
    const window = new Window(id(0), { windowEventsMax: 100, windowBytesMax: 1e6 });
    for (let from = 1; from <= 991; from += 10) window.push(rows(from, from + 9));
    expect(window.size).toBe(100);
    expect([window.covers(id(899)), window.covers(id(900))]).toEqual([false, true]);
    expect(idsIn(window.read(id(900)))).toEqual(idsIn(rows(901, 1000)));
  });

  it('forgets the oldest beyond its bound of bytes, also the newest when that alone is too large', () => {
    const window = new Window(id(0), { windowEventsMax: 100, windowBytesMax: 10_000 });
    window.push([row(1, 'x'.repeat(4000)), row(2, 'x'.repeat(4000)), row(3, 'x'.repeat(4000))]);
    expect(idsIn(window.read(id(1)))).toEqual([2, 3]);
    window.push([row(4, 'x'.repeat(20_000))]);
    expect([window.size, window.covers(id(3)), window.newest]).toEqual([0, false, '4']);
    window.push([row(5)]);
    expect(idsIn(window.read(id(4)))).toEqual([5]);
  });

  it('finds its place where ids have gaps', () => {
    const window = new Window(id(0), { windowEventsMax: 100, windowBytesMax: 1e6 });
    window.push([row(3), row(7), row(20)]);
    expect(idsIn(window.read(id(5)))).toEqual([7, 20]);
  });
});

describe('deliverable', () => {
  it('sends data that is not JSON as null, under a type that says so', () => {
    let count = 0;
    const bad = ['"\\q"', '1.', '', '{'].map((data, nth) => row(nth + 2, data));
    const sent = deliverable([row(1, '{"a":1.0}'), ...bad], () => {
      count += 1;
    });
    expect(sent[0]).toEqual(row(1, '{"a":1.0}'));
    expect(sent.slice(1).map((each) => [each[1], each[2]])).toEqual(
      Array(4).fill([INVALID_DATA_TYPE, 'null']),
    );
    expect(count).toBe(4);
  });

  it.each([
    ['a type of 129 characters', ['T'.repeat(129), '1', TS]],
    ['a type with quotes', ['T","x":"', '1', TS]],
    ['a type with a line break at its end', ['T\n', '1', TS]],
    ['no type', ['', '1', TS]],
    ['a type of the service itself', ['aftercommit:other', '1', TS]],
    ['a ts that is no date', ['T', '1', '0000-00-00T00:00:00.000Z']],
    ['a ts with quotes', ['T', '1', '","x":"']],
  ])('sends %s as null, under a type that says so', (_, [type = '', data = '', ts = '']) => {
    const invalid: string[] = [];
    const sent = deliverable([[id(7), type, data, ts]], (bad) => invalid.push(bad));
    const time = ts === TS ? TS : '1970-01-01T00:00:00.000Z';
    expect(sent).toEqual([[id(7), INVALID_DATA_TYPE, 'null', time]]);
    expect(invalid).toEqual(['7']);
  });
});
