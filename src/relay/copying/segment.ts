// A segment that is to be imported. All of it is looked at before the first of its events is taken: its meta, each
// line, and the order of the ids.
import { createHash } from 'node:crypto';
import { TextDecoder } from 'node:util';
import { ServiceError } from '../../contract/errors.ts';
import type { EventRow } from '../../contract/event.ts';
import { compareIds, type EventId } from '../../contract/event-id.ts';
import { deliverable, INVALID_DATA_TYPE } from '../../feed/deliverable.ts';
import { metaName } from '../sinks/file/file-names.ts';
import { readLine } from '../sinks/file/lines.ts';
import { segmentLines } from '../sinks/file/segment-lines.ts';
import { readObject } from '../sinks/file/small-file.ts';

export interface SegmentFile {
  readonly path: string;
  /** Only it may be without a meta. */
  readonly isNewest: boolean;
  /** False: metas are not asked, and the newest ends with its last whole line. */
  readonly isVerified: boolean;
}

/** What a segment holds. */
export interface SegmentFacts {
  readonly first: EventId | null;
  readonly last: EventId | null;
  readonly count: number;
  readonly epoch: number | null;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Throws `SegmentCorrupt` unless every event of it can be taken; `after` is the last id of the segment before. */
export async function checkSegment(file: SegmentFile, after: EventId): Promise<SegmentFacts> {
  const { path, isNewest, isVerified } = file;
  const meta = isVerified ? await readObject(metaName(path)) : null;
  if (isVerified && meta === null && !isNewest) {
    throw corrupt(path, null, 'has no .meta.json, which only the newest may lack');
  }
  const hash = createHash('sha256');
  let first: EventId | null = null;
  let last: EventId | null = null;
  let fault: ServiceError | null = null;
  const facts = { count: 0, bytes: 0 };
  for await (const lines of segmentLines(path)) {
    for (const { number, bytes, isWhole } of lines) {
      if (!isWhole && !isVerified && isNewest) break;
      hash.update(bytes);
      facts.bytes += bytes.length;
      const row = isWhole ? rowOf(bytes) : null;
      if (row === null) fault ??= corrupt(path, number, isWhole ? 'is no event' : 'is torn');
      else if (compareIds(row[0], last ?? after) <= 0) {
        fault ??= corrupt(path, number, `has the id ${row[0]} behind ${last ?? after}`);
      } else last = row[0];
      first ??= last;
      facts.count += 1;
    }
  }
  if (fault !== null) throw fault;
  if (meta !== null) requireMeta(path, meta, { ...facts, first, last, sha256: hash.digest('hex') });
  const epoch = typeof meta?.epoch === 'number' ? meta.epoch : null;
  return { first, last, count: facts.count, epoch };
}

/**
 * Of a segment that was looked at, up to what was its last then, as many at a time as are read: more may come into the
 * newest meanwhile.
 */
export async function* segmentRows(
  path: string,
  last: EventId | null,
): AsyncGenerator<readonly EventRow[]> {
  if (last === null) return;
  let next = 1;
  for await (const lines of segmentLines(path)) {
    const rows: EventRow[] = [];
    for (const { number, bytes, isWhole } of lines) {
      const row = isWhole ? rowOf(bytes) : null;
      if (row === null || compareIds(row[0], last) > 0) throw changed(path, number);
      rows.push(row);
      if (row[0] !== last) continue;
      yield rows;
      return;
    }
    yield rows;
    next += lines.length;
  }
  throw changed(path, next);
}

function changed(path: string, line: number): ServiceError {
  return corrupt(path, line, 'has changed since it was looked at');
}

/** null = it is no event, nor what stands for one that was none. */
function rowOf(bytes: Buffer): EventRow | null {
  let row: EventRow | null;
  try {
    row = readLine(utf8.decode(bytes.subarray(0, -1)));
  } catch {
    return null;
  }
  if (row === null) return null;
  const [, type, data] = row;
  if (type === INVALID_DATA_TYPE && data === 'null') return row;
  let isEvent = true;
  deliverable([row], () => {
    isEvent = false;
  });
  return isEvent ? row : null;
}

function requireMeta(
  path: string,
  meta: Readonly<Record<string, unknown>>,
  facts: Readonly<Record<string, unknown>>,
): void {
  const different = Object.keys(facts).filter((name) => meta[name] !== facts[name]);
  if (different.length === 0) return;
  throw corrupt(path, null, `is not what its .meta.json says (${different.join(', ')})`);
}

function corrupt(path: string, line: number | null, what: string): ServiceError {
  const where = line === null ? path : `${path}: line ${line}`;
  return new ServiceError('SegmentCorrupt', {
    message: `${where} ${what}.`,
    details: { file: path, ...(line === null ? {} : { line }) },
  });
}
