// What a figure is to reach: `{ atLeast }` or `{ atMost }`. Of a figure with a floor it is the ratio that counts, of
// one without the value itself, in the figure's unit.

/** What is held against the reach: the median of the rounds. */
export function heldValue({ ratio, ours }) {
  return (ratio ?? ours).median;
}

/** null when nothing was to be reached. */
export function isReached(figure) {
  const { reach } = figure;
  if (!reach) return null;
  const value = heldValue(figure);
  return 'atLeast' in reach ? value >= reach.atLeast : value <= reach.atMost;
}

/** How far it goes: 1 is the reach, 2 twice as good, whichever direction is the good one. */
export function shareOfReach(figure) {
  const { reach } = figure;
  const value = heldValue(figure);
  return 'atLeast' in reach ? value / reach.atLeast : reach.atMost / value;
}

/** "≥ 25" or "≤ 1.1". */
export function reachText(reach) {
  if (!reach) return '';
  return 'atLeast' in reach ? `≥ ${reach.atLeast}` : `≤ ${reach.atMost}`;
}
