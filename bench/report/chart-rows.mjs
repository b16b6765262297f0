// The rows of the chart: every figure, and every latency, that has something to reach, with a cell for each database.

/**
 * Gives `{ label, against, cells }`, in the order of the database that has the most; a cell is a figure, or null where
 * that database has none.
 */
export function rowsOf(databases) {
  const columns = databases.map((database) => reachable(database));
  const fullest = [...columns].sort((a, b) => b.size - a.size);
  const keys = [...new Set(fullest.flatMap((column) => [...column.keys()]))];
  return keys.map((key) => {
    const cells = columns.map((column) => column.get(key) ?? null);
    const figure = cells.find(Boolean);
    return { label: figure.name, against: againstText(figure), cells };
  });
}

function reachable({ figures, latencies, peers }) {
  const all = [...figures, ...latencies.map(latencyAsFigure), ...(peers?.figures ?? [])];
  const keyOf = (figure) => `${figure.name} ${againstText(figure)}`;
  return new Map(all.filter(({ reach }) => reach).map((figure) => [keyOf(figure), figure]));
}

/** What is held against the reach is its p50. */
function latencyAsFigure({ name, p50, reach }) {
  return { name: `${name}, p50`, floorName: null, unit: 'ms', ours: p50, ratio: null, reach };
}

/** The servers are compared with more connections than SQLite, which a label for all cannot say. */
function againstText({ floorName, unit }) {
  if (floorName) return `against ${floorName.split(', ')[0]}`;
  return unit ? `in ${unit}` : '';
}
