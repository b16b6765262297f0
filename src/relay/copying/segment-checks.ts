// What was found out about the newest segment, of which each look at the end of the files wants to know: it is not read
// through again as long as it is the same.
import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { compareIds, type EventId } from '../../contract/event-id.ts';
import { checkSegment, type SegmentFacts, type SegmentFile } from './segment.ts';

interface Known {
  readonly path: string;
  readonly stamp: string;
  readonly facts: SegmentFacts;
}

export class SegmentChecks {
  #known: Known | null = null;

  /** Throws `SegmentCorrupt` unless every event of it can be taken; `after` is the last id of the segment before. */
  async check(file: SegmentFile, after: EventId): Promise<SegmentFacts> {
    if (!file.isNewest) return checkSegment(file, after);
    const { path } = file;
    // Before it is read: what changes meanwhile is read again.
    const stamp = stampOf(await stat(path, { bigint: true }));
    const known = this.#known;
    if (known?.path === path && known.stamp === stamp && isBehind(known.facts, after)) {
      return known.facts;
    }
    const facts = await checkSegment(file, after);
    this.#known = { path, stamp, facts };
    return facts;
  }
}

function isBehind({ first }: SegmentFacts, after: EventId): boolean {
  return first === null || compareIds(first, after) > 0;
}

function stampOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}
