// Judges a recorded history. Pure: the history goes in, the violations come out, each with the rule that is broken and
// the evidence. An empty list is as good as the record was complete, so the checker has tests of its own with
// histories that are bad in one way each.
import { checkEvents, checkRanges } from './checks/batches.ts';
import { checkDense, readLog, toldIds } from './checks/log.ts';
import { checkChains, checkRepeats } from './checks/sessions.ts';
import { checkCommitOrder, checkOrigins, checkWrites, originsOf } from './checks/writes.ts';
import type { History } from './history.ts';

export type Rule =
  /** Committed, and not in the log; or acknowledged by a consumer that never got it. */
  | 'lost'
  /** Rolled back, and seen. */
  | 'undone'
  /** Written by nobody. */
  | 'invented'
  /** With another type than it was written with. */
  | 'altered'
  /** In the log twice. */
  | 'doubled'
  /** A write of which some is there. */
  | 'torn'
  /** Seen before its commit was sent. */
  | 'early'
  /** Not the order of ids, or not the same for everybody. */
  | 'order'
  /** An id that is missing. */
  | 'dense'
  /** A lower id than what was committed before it began. */
  | 'overtaken'
  /** Answered with another id than it has, at once or when the call was repeated. */
  | 'returned-id'
  /** Repeated with its idempotency key, and its outcome still not known. */
  | 'unanswered'
  /** Delivered again although it was acknowledged. */
  | 'repeated'
  /** Ranges that do not lie end to end. */
  | 'chain'
  /** A range that is not whole. */
  | 'hole'
  /** Of a type that the consumer does not want. */
  | 'unwanted'
  /** Queue and archive together are not what was committed. */
  | 'archive';

export interface Violation {
  readonly rule: Rule;
  readonly evidence: string;
}

export type Report = (rule: Rule, evidence: string) => void;

export function checkHistory(history: History): Violation[] {
  const violations: Violation[] = [];
  const report: Report = (rule, evidence) => violations.push({ rule, evidence });
  const log = readLog(history, report);
  const told = toldIds(history);
  const origins = originsOf(history);
  checkDense(log, told, report);
  checkOrigins(log, origins, report);
  checkWrites(history, log, told, report);
  checkCommitOrder(history, log, report);
  checkEvents(history, log, origins, report);
  checkChains(history, report);
  checkRanges(history, log, report);
  checkRepeats(history, report);
  return violations;
}

/** What a run comes to, in a word for each way in which it is wrong; `good` when it is not. */
export function verdictOf(run: {
  readonly violations: readonly Violation[];
  /** Answers that nothing in the run explains. */
  readonly unexpected: readonly string[];
  /** True when every consumer came to the end. */
  readonly isAllRead: boolean;
}): string {
  const words = run.violations.map(({ rule }): string => rule);
  if (run.unexpected.length > 0) words.push('unexpected');
  if (!run.isAllRead) words.push('unread');
  return words.length === 0 ? 'good' : [...new Set(words)].join(' ');
}
