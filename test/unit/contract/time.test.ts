import { firstMillisecond, isEventTime } from '../../../src/contract/time.ts';

describe('firstMillisecond', () => {
  it.each([
    ['2026-11-20T21:32:25Z', '2026-11-20T21:32:25.000Z'],
    ['2026-11-20T21:32:25.5Z', '2026-11-20T21:32:25.500Z'],
    ['2026-11-20T21:32:25.50Z', '2026-11-20T21:32:25.500Z'],
    ['2026-11-20T21:32:25.123Z', '2026-11-20T21:32:25.123Z'],
    ['2026-11-20T21:32:25.123000000Z', '2026-11-20T21:32:25.123Z'],
    ['2026-11-20T21:32:25.123000001Z', '2026-11-20T21:32:25.124Z'],
    ['2026-12-31T23:59:59.9991Z', '2027-01-01T00:00:00.000Z'],
    ['1969-12-31T23:59:59.0001Z', '1969-12-31T23:59:59.001Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('of %s is %s', (time, expected) => {
    expect(firstMillisecond(time)).toBe(expected);
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00.123Z',
    '2026-04-31T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59.9999Z',
  ])('refuses %s', (time) => {
    expect(() => firstMillisecond(time)).toThrow(
      expect.objectContaining({ code: 'InvalidRequest', details: { in: 'params' } }),
    );
  });
});

describe('isEventTime', () => {
  it.each([
    ['2026-11-20T21:32:25.123Z', true],
    ['1970-01-01T00:00:00.000Z', true],
    ['1969-12-31T23:59:59.999Z', false],
    ['0000-00-00T00:00:00.000Z', false],
    ['2026-02-30T00:00:00.000Z', false],
    ['2026-11-20T21:32:25Z', false],
    ['infinity', false],
    ['', false],
  ])('takes %s: %s', (ts, expected) => {
    expect(isEventTime(ts)).toBe(expected);
  });
});
