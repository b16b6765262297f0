// What is told of a copy: as facts, and in words.
import { idDistance } from '../../contract/event-id.ts';
import type { CopyFacts } from '../../contract/generated/types.ts';
import type { CopyProgress } from '../../relay/copy-run.ts';
import type { CopyJob } from '../../store/copy-job.ts';

/** As the wire has it too. */
export function copyFacts(job: CopyJob): CopyFacts {
  const { terms } = job;
  return {
    name: job.name,
    status: job.status,
    source: terms.source,
    stream: job.stream,
    mode: terms.mode,
    ids: terms.ids,
    after: job.after,
    up_to: job.upTo,
    types: wantOf(terms.types),
    since: terms.since,
    until: terms.until,
    follow: terms.follow,
    watermark: job.watermark,
    last: job.lastId,
    copied: job.copied,
    invalid: job.invalid,
    at_work: job.isHeld,
    error: job.error,
    began_at: job.beganAt,
    moved_at: job.movedAt,
    ended_at: job.endedAt,
  };
}

export interface CopyPace {
  /** Of the ids in the range, from 0 to 100. */
  readonly percent: number;
  /** Events in a second of this run. */
  readonly rate: number;
  /** null = it cannot be told. */
  readonly secondsLeft: number | null;
}

/** `firstWatermark` is where the run began, `elapsedMs` ago. */
export function paceOf({ job, watermark, copiedNow }: CopyProgress, elapsedMs: number): CopyPace {
  const { after, upTo } = job;
  const all = idDistance(after, upTo);
  const done = Math.min(all, idDistance(after, watermark));
  const percent = all === 0 ? 100 : Math.floor((100 * done) / all);
  const rate = elapsedMs === 0 ? 0 : Math.round((1000 * copiedNow) / elapsedMs);
  const doneNow = Math.min(all, idDistance(job.watermark, watermark));
  const isKnown = doneNow > 0 && elapsedMs > 0;
  const secondsLeft = isKnown ? Math.ceil(((all - done) * elapsedMs) / doneNow / 1000) : null;
  return { percent, rate, secondsLeft };
}

export function progressText({ copied, job }: CopyProgress, pace: CopyPace): string {
  const { percent, rate, secondsLeft } = pace;
  const left = secondsLeft === null ? '' : `, ${secondsLeft} s left`;
  return `Copied ${copied} events to ${job.stream}: ${percent} %, ${rate} a second${left}`;
}

function wantOf(types: readonly string[] | null): CopyFacts['types'] {
  return types as CopyFacts['types'];
}
