// What a figure is to reach: `{ atLeast }` or `{ atMost }`. Of a figure with a floor it is the ratio that counts, of
// one without the value itself, in the figure's unit.

/** What is held against the reach: `{ best, median }`. */
export function heldValue({ ratio, ours }) {
  return ratio ?? ours;
}

/** True or false by the best round, as ratios are; null when nothing was to be reached. */
export function isReached(figure) {
  const { reach } = figure;
  if (!reach) return null;
  const { best } = heldValue(figure);
  return 'atLeast' in reach ? best >= reach.atLeast : best <= reach.atMost;
}

/** How far it goes: 1 is the reach, 2 twice as good, whichever direction is the good one. */
export function shareOfReach(figure) {
  const { reach } = figure;
  const { best } = heldValue(figure);
  return 'atLeast' in reach ? best / reach.atLeast : reach.atMost / best;
}

/** "≥ 25" or "≤ 1.1". */
export function reachText(reach) {
  if (!reach) return '';
  return 'atLeast' in reach ? `≥ ${reach.atLeast}` : `≤ ${reach.atMost}`;
}
