// The tables of one database: figures with what they are held against and what they are to reach, latencies, and other
// systems. Each is a list of paragraphs, empty when there is nothing to say.
import { isReached, reachText } from '../kit/reach.mjs';
import { tableText } from './table.mjs';

const FIGURES_HEAD = [
  'what',
  'against',
  'unit',
  'ours',
  'against',
  'ratio, best',
  'median',
  'reach',
  'reached',
  'CPU Node',
  'CPU database',
];
const LATENCIES_HEAD = [
  'latency',
  'p50, best',
  'median',
  'p99',
  'reach of p50',
  'reached',
  'to the p99 above',
  'events',
];

export function figuresText(figures) {
  if (figures.length === 0) return [];
  const notes = figures.filter(({ note }) => note).map(({ name, note }) => `- ${name}: ${note}`);
  const table = tableText(FIGURES_HEAD, figures.map(figureRow), { textColumns: 3 });
  return notes.length > 0 ? [table, notes.join('\n')] : [table];
}

export function latenciesText(latencies) {
  return latencies.length > 0 ? [tableText(LATENCIES_HEAD, latencies.map(latencyRow))] : [];
}

/** What was not measured is said with its reason. */
export function peersText({ figures, absent }) {
  const missing = absent.map((reason) => `Not measured: ${reason}.`);
  return ['### Other systems', ...figuresText(figures), ...missing];
}

function figureRow(figure) {
  const { name, floorName, unit, ours, floor, ratio, reach, cpuMicros, databaseCpuMicros } = figure;
  return [
    name,
    floorName ?? '',
    unit ?? 'events/s',
    short(ours.median),
    floor ? short(floor.median) : '',
    ratio ? ratioText(ratio.best) : '',
    ratio ? ratioText(ratio.median) : '',
    reachText(reach),
    reachedText(isReached(figure)),
    cpuMicros === null || cpuMicros === undefined ? '' : cpuMicros.toFixed(1),
    databaseCpuMicros === null || databaseCpuMicros === undefined
      ? ''
      : databaseCpuMicros.toFixed(1),
  ];
}

function latencyRow({ name, p50, p99, p99Ratio, count, reach }) {
  return [
    name,
    p50.best.toFixed(2),
    p50.median.toFixed(2),
    p99.toFixed(2),
    reachText(reach),
    reachedText(isReached({ ours: p50, reach })),
    p99Ratio === null ? '' : p99Ratio.toFixed(2),
    count.toLocaleString('en'),
  ];
}

function reachedText(reached) {
  if (reached === null) return '';
  return reached ? 'yes' : 'NO';
}

function ratioText(ratio) {
  return ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2);
}

/** Three digits at least. */
function short(value) {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}
