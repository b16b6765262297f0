// From the results of rounds to figures. A ratio is taken within each round, where both sides met the same machine;
// the best ratio is that of the two best rates, which the machine's other work disturbed least.

/** The value below which `percent` of the values lie; NaN when there are none. */
export function percentile(values, percent) {
  const sorted = [...values].sort((a, b) => a - b);
  return (
    sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN
  );
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Compares results with a `perSecond`, round by round. */
export function compareRates(ourResults, floorResults) {
  const ours = ourResults.map((result) => result.perSecond);
  const floor = floorResults.map((result) => result.perSecond);
  const best = (rates) => Math.max(...rates);
  return {
    ours: { best: best(ours), median: median(ours), rounds: ours },
    floor: { best: best(floor), median: median(floor), rounds: floor },
    ratio: {
      best: best(ours) / best(floor),
      median: median(ours.map((rate, round) => rate / floor[round])),
    },
  };
}

/** The same of what is better the smaller it is: the best is the least. `costOf` finds it in a result. */
export function compareCosts(ourResults, floorResults, costOf) {
  const ours = ourResults.map(costOf);
  const floor = floorResults.map(costOf);
  return {
    ours: describeCosts(ours),
    floor: describeCosts(floor),
    ratio: {
      best: Math.min(...ours) / Math.min(...floor),
      median: median(ours.map((cost, round) => cost / floor[round])),
    },
  };
}

/** What has no floor: the least, the median, and each round's. */
export function describeCosts(costs) {
  return { best: Math.min(...costs), median: median(costs), rounds: costs };
}

/** Latencies in milliseconds, a list for each round: p50 by round, p99 over all of them. */
export function describeLatencies(rounds) {
  const middles = rounds.map((values) => percentile(values, 50));
  return {
    p50: { best: Math.min(...middles), median: median(middles) },
    p99: percentile(rounds.flat(), 99),
    count: rounds.flat().length,
  };
}
