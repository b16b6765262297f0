import fc from 'fast-check';
import {
  compareIds,
  type EventId,
  idDistance,
  idPlus,
  minId,
} from '../../../src/contract/event-id.ts';

const ids = fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }).map((value) => String(value) as EventId);

describe('event ids', () => {
  it('compare as the numbers they are', () => {
    fc.assert(
      fc.property(ids, ids, (a, b) => {
        expect(Math.sign(compareIds(a, b))).toBe(
          BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0,
        );
        expect(BigInt(minId(a, b))).toBe(BigInt(a) < BigInt(b) ? BigInt(a) : BigInt(b));
      }),
    );
  });

  it('add exactly, also beyond 2^53', () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 0, max: 1_000_000 }), (id, count) => {
        expect(idPlus(id, count)).toBe(String(BigInt(id) + BigInt(count)));
        expect(idDistance(id, idPlus(id, count))).toBe(count);
      }),
    );
    expect(idPlus('999999999999999' as EventId, 1)).toBe('1000000000000000');
    expect(idPlus('9007199254740993' as EventId, -1)).toBe('9007199254740992');
  });
});
