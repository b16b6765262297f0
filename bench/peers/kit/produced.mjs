// What was produced, held against what the peer has kept.
import { checkArrivals } from '../../kit/arrivals.mjs';

/**
 * `kept` are `[id, n]` from number `first` on, `ids` what was answered. Where ids are dense they have to agree, in
 * their order; a queue of jobs keeps no order, so only the numbers are looked at there.
 */
export function checkProduced(kept, { ids, first, producer: { hasDenseIds } }) {
  if (hasDenseIds) {
    const base =
      ids.reduce((least, id) => Math.min(least, Number(id)), Number.POSITIVE_INFINITY) - 1;
    return checkArrivals(
      kept.map(([id, n]) => [id, n - first]),
      { base, ids },
    );
  }
  const numbers = kept.map(([, n]) => n - first).sort((one, other) => one - other);
  const places = ids.map((_, place) => String(place + 1));
  return checkArrivals(
    numbers.map((n) => [places[n] ?? 'none', n]),
    { base: 0, ids: places },
  );
}
