// The samples of a loop as a picture: what was made, what the active database still held, and how large it was; a tick
// for each kill. SVG by hand.
import type { Sample } from './samples.ts';

export interface Kill {
  /** Since the beginning, in seconds. */
  readonly at: number;
  readonly name: string;
}

const WIDTH = 960;
const PANEL_HEIGHT = 170;
const GAP = 56;
const LEFT = 70;
const RIGHT = 24;
const TOP = 58;
const FOOT = 30;
const MEGABYTE = 1_000_000;

const STYLE = `
  text { font-family: system-ui, sans-serif; font-size: 12px; fill: #1c2733; }
  .title { font-size: 17px; font-weight: 650; }
  .muted { fill: #64717f; font-size: 11px; }
  .axis { stroke: #c3ccd6; stroke-width: 1; }
  .line { fill: none; stroke: #1f7a9d; stroke-width: 1.5; }
  .kill { stroke: #d9822b; stroke-width: 1; }`;

export function plotText(
  title: string,
  samples: readonly Sample[],
  kills: readonly Kill[],
): string {
  const seconds = Math.max(1, ...samples.map(({ at }) => at));
  const x = (at: number) => LEFT + (at / seconds) * (WIDTH - LEFT - RIGHT);
  const panels = [
    { label: 'events made', unit: '', of: ({ newest }: Sample) => newest },
    { label: 'events in the active database', unit: '', of: ({ queued }: Sample) => queued },
    {
      label: 'size of the active database',
      unit: ' MB',
      of: ({ bytes }: Sample) => bytes / MEGABYTE,
    },
  ];
  const height = TOP + panels.length * (PANEL_HEIGHT + GAP) + FOOT;
  const parts = panels.flatMap(({ label, unit, of }, nth) => {
    const top = TOP + nth * (PANEL_HEIGHT + GAP);
    const bottom = top + PANEL_HEIGHT;
    const most = Math.max(1, ...samples.map(of));
    const y = (value: number) => bottom - (value / most) * PANEL_HEIGHT;
    const points = samples.map((each) => `${x(each.at).toFixed(1)},${y(of(each)).toFixed(1)}`);
    return [
      textAt(LEFT, top - 8, '', label),
      textAt(LEFT - 8, top + 4, 'muted', `${numberText(most)}${unit}`, 'end'),
      textAt(LEFT - 8, bottom, 'muted', '0', 'end'),
      `<line class="axis" x1="${LEFT}" y1="${bottom}" x2="${WIDTH - RIGHT}" y2="${bottom}"/>`,
      ...kills.map(({ at, name }) => tickAt(x(at), bottom, name)),
      `<polyline class="line" points="${points.join(' ')}"/>`,
    ];
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">`,
    `<title>${title}</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    textAt(LEFT, 28, 'title', title),
    ...parts,
    textAt(
      LEFT,
      height - 14,
      'muted',
      `${Math.round(seconds)} s; a tick is a kill -9, ${kills.length} in all`,
    ),
    '</svg>',
  ].join('\n')}\n`;
}

function tickAt(at: number, bottom: number, name: string): string {
  const place = at.toFixed(1);
  return `<line class="kill" x1="${place}" y1="${bottom}" x2="${place}" y2="${bottom + 6}"><title>${name}</title></line>`;
}

function numberText(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
}

function textAt(x: number, y: number, kind: string, text: string, anchor = 'start'): string {
  return `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}">${text}</text>`;
}
