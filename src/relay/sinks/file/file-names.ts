// The names of a sink's files. Those of segments sort in the order of their ids, and no other prefix's name is one.
import { readdir } from 'node:fs/promises';
import type { EventId } from '../../../contract/event-id.ts';

const ID_DIGITS = 18;

/** `first` is the id of its first event. */
export function segmentName(prefix: string, first: EventId): string {
  return `${prefix}-${first.padStart(ID_DIGITS, '0')}.ndjson`;
}

/** The id of its first event, of a segment's path or name. */
export function segmentFirst(segment: string): EventId {
  const [, digits = '0'] = /-(\d{18})\.ndjson$/.exec(segment) ?? [];
  return String(BigInt(digits)) as EventId;
}

/** Of a segment's path or name. */
export function metaName(segment: string): string {
  return segment.replace(/\.ndjson$/, '.meta.json');
}

export function noteName(prefix: string): string {
  return `${prefix}.position.json`;
}

/** Of all segments in the folder, the newest first; none when there is no folder. */
export async function segmentNames(dir: string, prefix: string): Promise<string[]> {
  return (await namesLike(dir, prefix, /^\d{18}\.ndjson$/)).reverse();
}

/** Of what says what segments hold, the oldest first; none when there is no folder. */
export function metaNames(dir: string, prefix: string): Promise<string[]> {
  return namesLike(dir, prefix, /^\d{18}\.meta\.json$/);
}

/** `end` is what follows the prefix and its hyphen. */
async function namesLike(dir: string, prefix: string, end: RegExp): Promise<string[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const start = `${prefix}-`;
  return names
    .filter((name) => name.startsWith(start) && end.test(name.slice(start.length)))
    .sort();
}
