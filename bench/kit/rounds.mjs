// Rounds: every variant once in each, floors and our path in turn, so that whatever else the machine does meets all of
// them alike. The order moves on by one each round, or the same variant would always run behind the same other one.

/**
 * Runs the variants `rounds` times after a warm-up. Gives for each name its results, one a round, and the faults of all
 * of them: the warm-up does not count, but its events are checked like all others.
 */
export async function inRounds(rounds, variants) {
  const names = Object.keys(variants);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  const faults = [];
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of rotated(names, round)) {
      const result = await variants[name]();
      if (result.faults !== undefined) faults.push(result.faults);
      if (round > 0) results[name].push(result);
    }
  }
  return { results, faults };
}

function rotated(names, round) {
  const first = round % names.length;
  return [...names.slice(first), ...names.slice(0, first)];
}
