// The figures of a run as a picture: a row for each, a column for each database, and a bar that begins at what is to be
// reached: to the right it goes beyond, to the left it falls short. The scale is logarithmic, so twice as good is as
// long as half as good, and one picture holds ratios of 0.8 and of 30. SVG by hand; its colours follow the reader's
// light or dark mode.
import { heldValue, isReached, reachText, shareOfReach } from '../kit/reach.mjs';
import { rowsOf } from './chart-rows.mjs';

const WIDTH = 1160;
const LABEL_WIDTH = 352;
const MARGIN = 28;
const HEAD_HEIGHT = 104;
const ROW_HEIGHT = 34;
const FOOT_HEIGHT = 64;
const BAR_HEIGHT = 14;
/** Of a column: the bars, and behind them the numbers. */
const NUMBERS_WIDTH = 96;
const COLUMN_GAP = 18;
/** The scale goes at least so far on both sides, and what goes further is cut there. */
const SHARE_MIN = 12;
const SHARE_MAX = 64;

const TICKS = [
  { share: 0.1, text: '÷10' },
  { share: 10, text: '×10' },
];

const STYLE = `
  .paper { fill: #ffffff; stroke: #d8dee6; }
  .band { fill: #f5f7fa; }
  text { font-family: system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1c2733; }
  .title { font-size: 19px; font-weight: 650; }
  .column { font-size: 14px; font-weight: 650; }
  .label { font-size: 13px; }
  .value { font-size: 12.5px; font-weight: 600; font-variant-numeric: tabular-nums; }
  .muted { font-size: 11.5px; fill: #64717f; }
  .reach { stroke: #1c2733; stroke-width: 1.5; }
  .grid { stroke: #dfe5ec; stroke-width: 1; }
  .good { fill: #1f9d7a; }
  .bad { fill: #d9822b; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #12181f; stroke: #2b3642; }
    .band { fill: #19212a; }
    text { fill: #e4eaf0; }
    .muted { fill: #93a1af; }
    .reach { stroke: #e4eaf0; }
    .grid { stroke: #2b3642; }
    .good { fill: #3cc29b; }
    .bad { fill: #f0a04b; }
  }`;

/** Gives the text of an SVG file. */
export function chartText({ databases, machine }) {
  const rows = rowsOf(databases);
  const height = HEAD_HEIGHT + rows.length * ROW_HEIGHT + FOOT_HEIGHT;
  const scale = scaleOf(rows, databases.length);
  const parts = [
    '<svg xmlns="http://www.w3.org/2000/svg" role="img" ' +
      `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">`,
    `<title>What was reached, by database</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="10"/>`,
    textAt(MARGIN, 40, 'title', 'What was reached'),
    textAt(
      MARGIN,
      62,
      'muted',
      'Bars begin at the reach: right is beyond it, left falls short. Logarithmic.',
    ),
    ...rows.flatMap((row, place) => bandOf(row, place)),
    ...databases.flatMap((database, column) => columnOf(database, column, rows, scale)),
    textAt(MARGIN, height - 20, 'muted', footOf(machine)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

/** The same for all columns, so that bars can be compared across. */
function scaleOf(rows, columns) {
  const shares = rows.flatMap(({ cells }) => cells.filter(Boolean).map(shareOfReach));
  const far = shares.map((share) => Math.max(share, 1 / share));
  const max = Math.min(SHARE_MAX, Math.max(SHARE_MIN, ...far));
  const width = (WIDTH - MARGIN - LABEL_WIDTH - MARGIN) / columns - COLUMN_GAP;
  const half = (width - NUMBERS_WIDTH) / 2;
  return {
    max,
    half,
    pitch: width + COLUMN_GAP,
    /** How far from the middle, in pixels; less than 0 to the left. */
    offset: (share) => {
      const inside = Math.min(max, Math.max(1 / max, share));
      return (Math.log(inside) / Math.log(max)) * half;
    },
  };
}

function bandOf({ label, against }, place) {
  const top = HEAD_HEIGHT + place * ROW_HEIGHT;
  const band = `<rect class="band" x="1" y="${top}" width="${WIDTH - 2}" height="${ROW_HEIGHT}"/>`;
  const middle = top + ROW_HEIGHT / 2;
  return [
    ...(place % 2 === 0 ? [band] : []),
    textAt(MARGIN, against ? middle - 1 : middle + 4, 'label', label),
    ...(against ? [textAt(MARGIN, middle + 13, 'muted', against)] : []),
  ];
}

function columnOf({ version }, column, rows, scale) {
  const middle = MARGIN + LABEL_WIDTH + column * scale.pitch + scale.half;
  const top = HEAD_HEIGHT;
  const bottom = HEAD_HEIGHT + rows.length * ROW_HEIGHT;
  const ticks = TICKS.filter(({ share }) => Math.max(share, 1 / share) < scale.max);
  return [
    textAt(middle - scale.half, 88, 'column', version),
    ...ticks.map(({ share }) => lineAt('grid', middle + scale.offset(share), top, bottom)),
    ...ticks.map(({ share, text }) =>
      textAt(middle + scale.offset(share), bottom + 18, 'muted', text, 'middle'),
    ),
    ...rows.flatMap(({ cells }, place) => cellOf(cells[column], middle, place, scale)),
    lineAt('reach', middle, top - 4, bottom + 4),
    textAt(middle, bottom + 18, 'muted', 'reach', 'middle'),
  ];
}

function cellOf(figure, middle, place, scale) {
  const line = HEAD_HEIGHT + place * ROW_HEIGHT + ROW_HEIGHT / 2;
  if (!figure) return [textAt(middle + scale.half + 8, line + 4, 'muted', '–')];
  const share = shareOfReach(figure);
  const length = scale.offset(share);
  const kind = isReached(figure) ? 'good' : 'bad';
  const left = middle + Math.min(0, length);
  const width = Math.max(2, Math.abs(length));
  const numbers = middle + scale.half + 8;
  return [
    `<rect class="${kind}" x="${left.toFixed(1)}" y="${line - BAR_HEIGHT / 2}" width="${width.toFixed(1)}" ` +
      `height="${BAR_HEIGHT}" rx="2"/>`,
    textAt(numbers, line + 4, 'value', valueText(figure)),
    textAt(numbers + 50, line + 4, 'muted', reachText(figure.reach)),
  ];
}

function valueText(figure) {
  const value = heldValue(figure);
  const size = Math.abs(value);
  if (size > 0 && size < 0.01) return value.toPrecision(1);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

function footOf({ cpuCount, system, node }) {
  return (
    `Median of the rounds: the ratio, or the value where nothing stands against it. ` +
    `${cpuCount} CPUs for databases, service and clients together, ${system}, Node ${node}.`
  );
}

function lineAt(kind, x, top, bottom) {
  const at = x.toFixed(1);
  return `<line class="${kind}" x1="${at}" y1="${top}" x2="${at}" y2="${bottom}"/>`;
}

function textAt(x, y, kind, text, anchor = 'start') {
  const escaped = text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}">${escaped}</text>`;
}
