// Keeps a report under bench/results, three files a day: the last run of a day is the one that counts.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chartText } from './chart.mjs';
import { jsonText } from './json-text.mjs';
import { reportText } from './report.mjs';

const FOLDER = fileURLToPath(new URL('../results/', import.meta.url));

/** Writes `bench/results/<date>.md` with its chart and the same as JSON; gives their names. */
export async function keepReport(report, note) {
  const date = new Date().toISOString().slice(0, 10);
  const chart = `![What was reached, by database](${date}.svg)`;
  const texts = {
    md: `# Bench, ${date}\n\n${note}\n\n${chart}\n\n${reportText(report)}\n`,
    json: `${jsonText({ note, ...report })}\n`,
    svg: chartText(report),
  };
  await mkdir(FOLDER, { recursive: true });
  for (const [ending, text] of Object.entries(texts)) {
    await writeFile(`${FOLDER}${date}.${ending}`, text);
  }
  return Object.keys(texts).map((ending) => `bench/results/${date}.${ending}`);
}
