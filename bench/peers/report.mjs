// The report of the peers as text.
import { isFaultless } from '../kit/arrivals.mjs';
import { tableText } from '../report/table.mjs';

const LEGEND = `Rates are events per second, best and median of the rounds. Ratio: our best rate to the peer's best,
and the median of the ratios within each round. CPU: microseconds per event of the Node process with the service, ours
and the peer's. Latencies are milliseconds, p50 of the median round and p99 over all; their ratio is of the p50.`;

export function peersText({ machine, sizes, databases, absent }) {
  const facts =
    `${machine.cpuCount} CPUs (load average ${machine.load} at the start), ${machine.system}, ` +
    `Node ${machine.node} for product and peers; ${sizes.rounds} rounds after a warm-up.`;
  const missing = Object.values(absent).map((reason) => `Not measured: ${reason}`);
  return [facts, LEGEND, ...databases.map(databaseText), ...missing].join('\n\n');
}

function databaseText(measured) {
  const { version, settings, isDurable, original, loadAfter, rates, latencies, faults } = measured;
  return [
    `## ${version}`,
    `Durability: ${settingsText(settings)}${isDurable ? '' : ' - NOT DURABLE, so the figures say little'}. ` +
      (original === null
        ? ''
        : `The original's driver: ${original.version}, ${settingsText(original.settings)}. `) +
      `Load average after: ${loadAfter}.`,
    ...(rates.length > 0 ? [ratesText(rates)] : []),
    ...(latencies.length > 0 ? [latenciesText(latencies)] : []),
    notesText([...rates, ...latencies]),
    ...measured.absentPeers.map((reason) => `Not measured: ${reason}.`),
    `Ours: checked ${whole(faults.events)} events: ${faultsText(faults)}.`,
  ].join('\n\n');
}

function settingsText(settings) {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function ratesText(figures) {
  const head = [
    'ours / peer',
    'ratio, best',
    'median',
    'reach',
    'ours, best',
    'median',
    'peer, best',
    'median',
    'CPU',
    "peer's",
  ];
  const rows = figures.map(
    ({ name, floorName, ours, floor, ratio, reach, cpuMicros, peerCpuMicros }) => [
      `${name} / ${floorName}`,
      ratio.best.toFixed(2),
      ratio.median.toFixed(2),
      reachText(reach, ratio.median >= reach),
      whole(ours.best),
      whole(ours.median),
      whole(floor.best),
      whole(floor.median),
      cpuMicros.toFixed(1),
      peerCpuMicros.toFixed(1),
    ],
  );
  return tableText(head, rows);
}

function latenciesText(figures) {
  const head = [
    'latency at 100 events/s',
    'ours, p50',
    'p99',
    "peer's p50",
    'p99',
    'ratio',
    'reach',
  ];
  const rows = figures.map(({ name, floorName, p50, p99, peer, ratio, reach }) => [
    `${name} / ${floorName}`,
    p50.median.toFixed(2),
    p99.toFixed(2),
    peer.p50.median.toFixed(2),
    peer.p99.toFixed(2),
    ratio.toFixed(4),
    reachText(reach, ratio <= reach),
  ]);
  return tableText(head, rows);
}

function reachText(reach, isReached) {
  if (reach === null) return '';
  return `${reach} ${isReached ? 'yes' : 'NO'}`;
}

/** What differs between the two sides, and what a peer has done wrong. */
function notesText(figures) {
  const notes = new Set(figures.map(({ floorName, note }) => `- ${floorName}: ${note}.`));
  const bad = figures
    .filter(({ peerFaults }) => !isFaultless(peerFaults))
    .map(
      ({ name, floorName, peerFaults }) => `- ${floorName}, ${name}: ${faultsText(peerFaults)}.`,
    );
  return [...notes, ...bad].join('\n');
}

function faultsText({ lost, doubled, reordered, wrong }) {
  return `${lost} lost, ${doubled} doubled, ${reordered} reordered, ${wrong} otherwise wrong`;
}

const whole = (value) => Math.round(value).toLocaleString('en');
