import { type EventRow, rowBytes } from '../../../src/contract/event.ts';
import { id } from '../../support/events.ts';

const row = (data: string): EventRow => [id(1), 'TYPE', data, '2026-11-20T21:32:25.123Z'];
const dataBytes = (each: EventRow) => rowBytes(each) - rowBytes(row(''));

describe('rowBytes', () => {
  it.each(['plain', 'é', 'Ünïcödé', '表噂能', 'x😀y', '\u07ff\u0800\uffff'])(
    'counts many of %j in bytes of UTF-8, each time it is asked',
    (text) => {
      const many = row(text.repeat(300));
      expect(dataBytes(many)).toBe(Buffer.byteLength(many[2]));
      expect(dataBytes(many)).toBe(Buffer.byteLength(many[2]));
    },
  );

  it.each(['plain', 'é', '表噂能', 'x😀y'])('never takes %j for less than it is', (text) => {
    expect(dataBytes(row(text))).toBeGreaterThanOrEqual(Buffer.byteLength(text));
    expect(dataBytes(row(text))).toBeLessThanOrEqual(3 * Buffer.byteLength(text));
  });
});
