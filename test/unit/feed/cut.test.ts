import type { EventRow } from '../../../src/contract/event.ts';
import { cutRows, type TypeFilter } from '../../../src/feed/cut.ts';
import { Cuts } from '../../../src/feed/cuts.ts';
import { id } from '../../support/events.ts';

const row = (nth: number, type = 'T', data = '1'): EventRow => [
  id(nth),
  type,
  data,
  '2026-11-20T21:32:25.123Z',
];
const limits = { eventsMax: 2, bytesMax: 1e6 };
const wanted: TypeFilter = { key: 'T', lets: (type) => type === 'T' };

describe('cutRows', () => {
  const cut = (...args: Parameters<typeof cutRows>) => {
    const { events, upTo } = cutRows(...args);
    return { rows: events.rows, upTo };
  };

  it('answers for everything that it has looked at', () => {
    const rows = [row(1), row(2, 'NOISE'), row(3), row(4, 'NOISE')];
    expect(cut(rows, id(0), wanted, limits)).toEqual({ rows: [row(1), row(3)], upTo: '4' });
    expect(cut(rows, id(0), null, limits)).toEqual({ rows: [row(1), row(2, 'NOISE')], upTo: '2' });
    expect(cut(rows.slice(1, 2), id(1), wanted, limits)).toEqual({ rows: [], upTo: '2' });
    expect(cut([], id(7), null, limits)).toEqual({ rows: [], upTo: '7' });
  });

  it('stops before the wanted row that does not fit, and not behind it', () => {
    const rows = [row(1), row(2), row(3, 'NOISE'), row(4)];
    expect(cut(rows, id(0), wanted, limits).upTo).toBe('3');
    const large = [row(1, 'T', 'x'.repeat(900)), row(2, 'T', 'x'.repeat(900))];
    expect(cut(large, id(0), null, { eventsMax: 9, bytesMax: 1200 })).toMatchObject({ upTo: '1' });
    expect(cut(large, id(0), null, { eventsMax: 9, bytesMax: 1 }).rows.length).toBe(1);
  });

  it('tells of the types that it leaves out', () => {
    const leftOut: string[] = [];
    const telling = { ...wanted, onLeftOut: (type: string) => leftOut.push(type) };
    cutRows([row(1), row(2, 'NOISE'), row(3)], id(0), telling, limits);
    expect(leftOut).toEqual(['NOISE']);
  });
});

describe('Cuts', () => {
  const rows = [row(1), row(2, 'NOISE'), row(3)];
  const word = (given: readonly EventRow[]) => ({ ids: given.map((each) => each[0]) });

  it('gives readers with the same want at the same place one cut, and what was made of it', () => {
    const cuts = new Cuts();
    const first = cuts.take(rows, id(0), wanted, limits);
    const again = cuts.take([...rows], id(0), { ...wanted }, { ...limits });
    expect(again).toBe(first);
    expect(again.events.as(word)).toBe(first.events.as(word));
    expect(first.events.as(word)).toEqual({ ids: ['1', '3'] });
  });

  it('gives one that ended by its own bounds also when more rows have come behind', () => {
    const cuts = new Cuts();
    const one = { ...limits, eventsMax: 1 };
    const first = cuts.take(rows, id(0), wanted, one);
    expect(cuts.take([...rows, row(4)], id(0), wanted, one)).toBe(first);
  });

  it('takes nothing for the same that differs in want, place, end or bounds', () => {
    const cuts = new Cuts();
    const all = { key: 'other', lets: () => true };
    const found = [
      cuts.take(rows, id(0), wanted, limits),
      cuts.take(rows, id(0), all, limits),
      cuts.take(rows, id(0), null, limits),
      cuts.take(rows.slice(1), id(1), wanted, limits),
      cuts.take(rows.slice(0, 2), id(0), wanted, limits),
      cuts.take(rows, id(0), wanted, { ...limits, eventsMax: 1 }),
      cuts.take(rows, id(0), wanted, { ...limits, bytesMax: 1 }),
    ];
    expect(new Set(found).size).toBe(found.length);
    expect(found.map(({ events, upTo }) => [events.size, upTo])).toEqual([
      [2, '3'],
      [2, '2'],
      [2, '2'],
      [1, '3'],
      [1, '2'],
      [1, '2'],
      [1, '2'],
    ]);
  });
});
