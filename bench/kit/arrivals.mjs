// What arrived, held against what was written. A figure for a stream that loses, doubles or reorders events is worth
// nothing, so every measurement goes through here and any fault fails the run.

/** How many events were checked, and what was wrong with them. */
const NO_FAULTS = Object.freeze({ events: 0, lost: 0, doubled: 0, reordered: 0, wrong: 0 });

/**
 * `arrived`: [id, n] in the order of arrival. `ids`: the id that event n must have; together they are the next ones
 * behind `base`, without a hole. What was never written, or has another id, is wrong.
 */
export function checkArrivals(arrived, { base, ids }) {
  const faults = { ...NO_FAULTS, events: ids.length };
  const seen = new Uint8Array(ids.length);
  let last = base;
  for (const [id, n] of arrived) {
    if (ids[n] !== id || Number(id) > base + ids.length) faults.wrong += 1;
    else if (seen[n] === 1) faults.doubled += 1;
    else if (Number(id) < last) faults.reordered += 1;
    if (ids[n] === id) seen[n] = 1;
    last = Math.max(last, Number(id));
  }
  faults.lost = seen.reduce((missing, isSeen) => missing - isSeen, ids.length);
  return faults;
}

/**
 * The same for events whose ids nobody was told: writer w has written `counts[w]` of them one after the other, with the
 * numbers w, w + the number of writers, and so on. Between writers any order is right.
 */
export function checkWriters(arrived, { base, counts }) {
  const events = counts.reduce((sum, count) => sum + count, 0);
  const faults = { ...NO_FAULTS, events };
  const next = counts.map(() => 0);
  for (const [place, [id, n]] of arrived.entries()) {
    const writer = n % counts.length;
    const nth = (n - writer) / counts.length;
    if (Number(id) !== base + 1 + place || !(nth < counts[writer])) faults.wrong += 1;
    else if (nth < next[writer]) faults.doubled += 1;
    else if (nth > next[writer]) faults.reordered += 1;
    next[writer] = Math.max(next[writer], nth + 1);
  }
  faults.lost = Math.max(0, events - arrived.length);
  return faults;
}

/** The ids of `count` events behind `base`. */
export function idsBehind(base, count) {
  return Array.from({ length: count }, (_, place) => String(base + 1 + place));
}

/** All faults together. */
export function sumFaults(all) {
  const sum = { ...NO_FAULTS };
  for (const faults of all) for (const name of Object.keys(sum)) sum[name] += faults[name];
  return sum;
}

/** True when nothing was lost, doubled, reordered or wrong. */
export function isFaultless({ lost, doubled, reordered, wrong }) {
  return lost + doubled + reordered + wrong === 0;
}
