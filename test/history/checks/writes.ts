// What writers were told against the log: all that was committed is there, nothing else is, and ids are in the order
// of commits.
import type { Report } from '../checker.ts';
import type { History, Write } from '../history.ts';
import type { Log } from './log.ts';

/** Who wrote a key, and whether it may be seen. */
export interface Origin {
  readonly write: Write;
  readonly type: string;
  readonly isUndone: boolean;
}

export function originsOf({ writes }: History): Map<string, Origin> {
  const origins = new Map<string, Origin>();
  for (const write of writes) {
    const isRolledBack = write.outcome === 'rolled back';
    for (const { key, type } of write.events) {
      origins.set(key, { write, type, isUndone: isRolledBack });
    }
    for (const { key, type } of write.undone) origins.set(key, { write, type, isUndone: true });
  }
  return origins;
}

/** Every event of the log was written, as it is, and not taken back. */
export function checkOrigins(log: Log, origins: ReadonlyMap<string, Origin>, report: Report): void {
  for (const [id, { key, type }] of log.byId) {
    const origin = origins.get(key);
    if (origin === undefined) report('invented', `${id} is ${key}, which nobody wrote`);
    else if (origin.isUndone) report('undone', `${id} is ${key}, which was rolled back`);
    else if (origin.type !== type) {
      report('altered', `${id} is ${type} ${key}, written as ${origin.type}`);
    }
  }
}

/** Every write is in the log as a whole or not at all, in its own order, under the ids that were answered. */
export function checkWrites(
  { writes }: History,
  log: Log,
  told: ReadonlyMap<number, string>,
  report: Report,
): void {
  const toldKeys = new Set(told.values());
  for (const write of writes.filter((each) => each.outcome !== 'rolled back')) {
    const ids = write.events.map(({ key }) => log.idOf.get(key));
    // What was told and is gone is reported as not archived.
    const absent = write.events.filter(({ key }) => !log.idOf.has(key) && !toldKeys.has(key));
    const isWhole = write.outcome === 'committed';
    if (isWhole) for (const { key } of absent) report('lost', `${key} was committed`);
    else if (absent.length > 0 && absent.length < ids.length) {
      report('torn', `of ${write.writer}'s ${ids.length} events ${absent.length} are missing`);
    }
    const found = ids.filter((id) => id !== undefined);
    for (const [nth, id] of found.entries()) {
      if (nth > 0 && id < (found[nth - 1] as number)) {
        report('order', `${write.writer} wrote ${id} behind ${found[nth - 1]}`);
      }
    }
    // Each answer, as a call that is repeated must be told the same.
    for (const [nth, id] of write.answers.flatMap((told) => [...told.entries()])) {
      const place = ids[nth];
      if (place !== undefined && place !== Number(id)) {
        report('returned-id', `${write.events[nth]?.key} was answered ${id}, and is ${place}`);
      }
    }
    if (write.isKeyed && write.outcome === 'unknown') {
      report('unanswered', `${write.writer} never heard what became of ${write.events[0]?.key}`);
    }
  }
}

/**
 * What was known to be committed, or had been received, before another write began has the lower id. One pass over
 * both in the order of time, with the greatest id that was known until then.
 */
export function checkCommitOrder({ writes, batches }: History, log: Log, report: Report): void {
  const moments: { at: number; known: number; by: string; begun: Write | null }[] = [];
  for (const write of writes) {
    moments.push({ at: write.begunAt, known: 0, by: '', begun: write });
    if (write.committedAt === null) continue;
    moments.push({ at: write.committedAt, ...newestOf(write, log), begun: null });
  }
  for (const { receivedAt, consumer, events } of batches) {
    const known = Math.max(0, ...events.map(({ id }) => Number(id)));
    moments.push({ at: receivedAt, known, by: `received by ${consumer}`, begun: null });
  }
  moments.sort((a, b) => a.at - b.at);
  let newest = { known: 0, by: '' };
  for (const { known, by, begun } of moments) {
    if (known > newest.known) newest = { known, by };
    for (const { key } of begun?.events ?? []) {
      const id = log.idOf.get(key);
      if (id === undefined || id > newest.known) continue;
      report(
        'overtaken',
        `${key} is ${id}, and ${newest.known} (${newest.by}) was before it began`,
      );
      break;
    }
  }
}

function newestOf({ events, writer }: Write, log: Log): { known: number; by: string } {
  const known = Math.max(0, ...events.map(({ key }) => log.idOf.get(key) ?? 0));
  return { known, by: `committed by ${writer}` };
}
