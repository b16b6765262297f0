// The report of a run as text: what it says on the terminal and what is kept are the same.
import { isFaultless } from '../kit/arrivals.mjs';
import { figuresText, latenciesText, peersText } from './figures-text.mjs';

const LEGEND = `Ratio: ours to what it is held against, of the best rounds, and the median of the ratios within each
round. Ours and against are medians of the rounds. The reach is the number to get to, by the median: of the ratio, or of our
own value where nothing stands against it; ≥ is good when large, ≤ when small. CPU: microseconds per event of the Node process with
the service, and of the database server with all its processes (SQLite's is a part of Node's). Latencies are
milliseconds: p50 of the best round and of the median one, p99 over all rounds; below zero where the receiver was faster
than the caller that read its answer.`;

export function reportText({ command, machine, sizes, databases, absent }) {
  const facts =
    `\`${command}\` on ${machine.cpuCount} CPUs (load average ${machine.load} at the start), ` +
    `${machine.system}, Node ${machine.node}; ${sizes.rounds} rounds after a warm-up.`;
  const missing = Object.values(absent).map((reason) => `Not measured: ${reason}`);
  return [facts, LEGEND, ...databases.map(databaseText), ...missing].join('\n\n');
}

/** True when every event that was written arrived once, in order. */
export function isSound({ databases }) {
  return databases.every(({ faults, peers }) =>
    [faults, ...(peers ? [peers.faults] : [])].every(isFaultless),
  );
}

function databaseText(measured) {
  const { version, settings, isDurable, figures, latencies, peers, faults } = measured;
  const durability = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  return [
    `## ${version}`,
    `Durability: ${durability.join(', ')}${isDurable ? '' : ' - NOT DURABLE, so the figures say little'}. ` +
      quietText(measured),
    ...figuresText(figures),
    ...latenciesText(latencies),
    ...(peers === null ? [] : peersText(peers)),
    faultsText(faults),
  ].join('\n\n');
}

/** How quiet it was: a disk that changed between the two looks, or a high load, means that others were at work. */
function quietText({ sync: { before, after }, loadAfter }) {
  const rate = ({ perSecond, p50Micros }) => `${whole(perSecond)}/s, p50 ${whole(p50Micros)} µs`;
  return `The disk's fdatasync: ${rate(before)} before, ${rate(after)} after. Load average after: ${loadAfter}.`;
}

function faultsText({ events, lost, doubled, reordered, wrong }) {
  return (
    `Checked ${whole(events)} events: ${lost} lost, ${doubled} doubled, ${reordered} reordered, ` +
    `${wrong} otherwise wrong.`
  );
}

const whole = (value) => Math.round(value).toLocaleString('en');
