// The files of a file sink as whoever reads them finds them; what is wrong with them is thrown.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SegmentLine {
  readonly id: string;
  readonly type: string;
  readonly ts: string;
  /** The text as it stands. */
  readonly data: string;
}

/** The lines of all segments in the order of their names, a torn one at the end left out. */
export function linesOfSegments(dir: string, prefix = 'events'): SegmentLine[] {
  return namesOf(dir, prefix).flatMap((name) =>
    textOf(join(dir, name)).split('\n').slice(0, -1).map(lineOf),
  );
}

/** Empty where it is gone: a segment without a line, as one that was killed may leave it, is taken away by the next. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return '';
  }
}

/** Holds each meta against its segment; the newest alone may have none. Gives how many there are. */
export function checkMetas(dir: string, prefix = 'events'): number {
  const sealed = namesOf(dir, prefix).slice(0, -1);
  for (const name of sealed) {
    const bytes = readFileSync(join(dir, name));
    const meta = JSON.parse(readFileSync(join(dir, name.replace('.ndjson', '.meta.json')), 'utf8'));
    const lines = bytes.toString().split('\n').slice(0, -1).map(lineOf);
    const { first, last, count, sha256, types } = meta;
    expect({ first, last, count, bytes: meta.bytes, sha256, types }).toEqual({
      first: lines[0]?.id,
      last: lines.at(-1)?.id,
      count: lines.length,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      types: [...new Set(lines.map(({ type }) => type))].sort(),
    });
    expect(name).toBe(`${prefix}-${String(first).padStart(18, '0')}.ndjson`);
  }
  return sealed.length;
}

export function namesOf(dir: string, prefix = 'events'): string[] {
  const names = readdirSync(dir).filter((name) =>
    /^-\d{18}\.ndjson$/.test(name.slice(prefix.length)),
  );
  return names.filter((name) => name.startsWith(prefix)).sort();
}

function lineOf(text: string): SegmentLine {
  const { id, type, ts } = JSON.parse(text);
  const head = `{"id":"${id}","type":"${type}","ts":"${ts}","data":`;
  if (!text.startsWith(head)) throw new Error(`Not a line of a segment: ${text.slice(0, 200)}`);
  return { id, type, ts, data: text.slice(head.length, -1) };
}
