// What a copy reads from: the port between its work and one log, wherever that is kept.
import type { EventRow } from '../../contract/event.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { CopyRange, CopyTerms } from '../../store/copy-job.ts';
import type { ReadLimits } from '../../store/store.ts';
import type { SourceEnd } from '../source.ts';

/** For whom events are kept. */
export interface CopyIdent {
  readonly name: string;
  readonly id: string;
}

/** With the range that is to be there still. */
export interface HeldCopy extends CopyIdent, CopyRange {}

export interface CopySource {
  readonly stream: string;
  /** Fixes the range of a new copy. Throws `StreamNotFound`, `StreamBusy`, `CursorAhead`, `SourceTruncated`. */
  range(terms: CopyTerms): Promise<CopyRange>;
  /**
   * Comes before reading: from now on nothing is discarded behind `cursor`, where there is a way to say so. Throws
   * `SourceTruncated`.
   */
  hold(copy: HeldCopy, cursor: EventId): Promise<void>;
  moveCursor(copy: CopyIdent, cursor: EventId): Promise<void>;
  /** Nothing is kept for the copy any more. */
  letGo(copy: CopyIdent): Promise<void>;
  end(): Promise<SourceEnd>;
  /** As a relay's source. Throws `SourceTruncated`, `SegmentCorrupt`, `HistoryForked`. */
  read(after: EventId, limits: ReadLimits): Promise<readonly EventRow[]>;
  /** True when there will be no more events than there are. */
  isAtItsEnd(): Promise<boolean>;
  /** Nothing more is read. */
  close(): Promise<void>;
}
