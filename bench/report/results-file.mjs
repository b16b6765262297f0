// Keeps a report under bench/results, one file a day: the last run of a day is the one that counts.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { reportText } from './report.mjs';

const FOLDER = fileURLToPath(new URL('../results/', import.meta.url));

/** Writes `bench/results/<date>.md` and gives its name. */
export async function keepReport(report, note) {
  const date = new Date().toISOString().slice(0, 10);
  const text = `# Bench, ${date}\n\n${note}\n\n${reportText(report)}\n`;
  await mkdir(FOLDER, { recursive: true });
  await writeFile(`${FOLDER}${date}.md`, text);
  return `bench/results/${date}.md`;
}
