// The report of a run as text: what it says on the terminal and what is kept are the same.
import { isFaultless } from '../kit/arrivals.mjs';
import { tableText } from './table.mjs';

const LEGEND = `Rates are events per second, best and median of the rounds. Ratio: our best rate to the floor's best, and the
median of the ratios within each round. CPU: microseconds per event of the Node process with the service.
Latencies are milliseconds: p50 of the best round and of the median one, p99 over all rounds, without the first events
of each; below zero where the receiver was faster than the caller that read its answer.`;

export function reportText({ command, machine, sizes, databases, absent }) {
  const facts =
    `\`${command}\` on ${machine.cpuCount} CPUs (load average ${machine.load} at the start), ` +
    `${machine.system}, Node ${machine.node}; ${sizes.rounds} rounds after a warm-up.`;
  const missing = Object.values(absent).map((reason) => `Not measured: ${reason}`);
  return [facts, LEGEND, ...databases.map(databaseText), ...missing].join('\n\n');
}

/** True when every event that was written arrived once, in order. */
export function isSound({ databases }) {
  return databases.every(({ faults }) => isFaultless(faults));
}

function databaseText(measured) {
  const { version, settings, isDurable, rates, latencies, faults } = measured;
  const durability = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  return [
    `## ${version}`,
    `Durability: ${durability.join(', ')}${isDurable ? '' : ' - NOT DURABLE, so the figures say little'}. ` +
      quietText(measured),
    ...(rates.length > 0 ? [ratesText(rates)] : []),
    latenciesText(latencies),
    faultsText(faults),
  ].join('\n\n');
}

/** How quiet it was: a disk that changed between the two looks, or a high load, means that others were at work. */
function quietText({ sync: { before, after }, loadAfter }) {
  const rate = ({ perSecond, p50Micros }) => `${whole(perSecond)}/s, p50 ${whole(p50Micros)} µs`;
  return `The disk's fdatasync: ${rate(before)} before, ${rate(after)} after. Load average after: ${loadAfter}.`;
}

function ratesText(figures) {
  const head = [
    'ours / floor',
    'ratio, best',
    'median',
    'ours, best',
    'median',
    'floor, best',
    'median',
    'CPU',
  ];
  const rows = figures.map(({ name, ours, floor, ratio, floorName, cpuMicros }) => [
    `${name} / ${floorName}`,
    ratio.best.toFixed(2),
    ratio.median.toFixed(2),
    whole(ours.best),
    whole(ours.median),
    whole(floor.best),
    whole(floor.median),
    cpuMicros.toFixed(1),
  ]);
  return tableText(head, rows);
}

function latenciesText(figures) {
  const head = [
    'latency at 100 events/s',
    'p50, best',
    'median',
    'p99',
    'to the p99 above',
    'events',
  ];
  const rows = figures.map(({ name, p50, p99, p99Ratio, count }) => [
    name,
    p50.best.toFixed(2),
    p50.median.toFixed(2),
    p99.toFixed(2),
    p99Ratio === null ? '' : p99Ratio.toFixed(2),
    whole(count),
  ]);
  return tableText(head, rows);
}

function faultsText({ events, lost, doubled, reordered, wrong }) {
  return (
    `Checked ${whole(events)} events: ${lost} lost, ${doubled} doubled, ${reordered} reordered, ` +
    `${wrong} otherwise wrong.`
  );
}

const whole = (value) => Math.round(value).toLocaleString('en');
