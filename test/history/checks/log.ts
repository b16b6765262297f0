// The log of a history: what queue and archive hold together, by id and by key. Ids of a run are far below 2^53, so
// they are numbers here.

import type { Report } from '../checker.ts';
import type { History, Row } from '../history.ts';

export interface Log {
  readonly byId: ReadonlyMap<number, Row>;
  readonly idOf: ReadonlyMap<string, number>;
  readonly newest: number;
}

/** Lays queue and archive over each other; reports what does not fit. */
export function readLog({ queued, archived }: History, report: Report): Log {
  const byId = new Map<number, Row>();
  const lay = (rows: readonly Row[], place: string) => {
    const own = new Set<number>();
    for (const row of rows) {
      const id = Number(row.id);
      if (own.has(id)) report('archive', `${place} holds ${row.id} twice`);
      own.add(id);
      const other = byId.get(id);
      if (other === undefined) byId.set(id, row);
      else if (other.key !== row.key || other.type !== row.type) {
        report('archive', `${row.id} is ${text(other)} in the queue and ${text(row)} in ${place}`);
      }
    }
  };
  lay(queued, 'the queue');
  lay(archived, 'the archive');
  const idOf = new Map<string, number>();
  for (const [id, { key }] of [...byId].sort(([a], [b]) => a - b)) {
    const other = idOf.get(key);
    if (other === undefined) idOf.set(key, id);
    else report('doubled', `${key} is there as ${other} and as ${id}`);
  }
  return { byId, idOf, newest: greatestId(byId) };
}

/** Ids are 1, 2, 3 ...; one that was once told and is not there was discarded without being archived. */
export function checkDense(log: Log, told: ReadonlyMap<number, string>, report: Report): void {
  const newest = Math.max(log.newest, greatestId(told));
  for (let id = 1; id <= newest; id += 1) {
    if (log.byId.has(id)) continue;
    const key = told.get(id);
    if (key === undefined) report('dense', `${id} is missing below ${newest}`);
    else report('archive', `${id} (${key}) was told, and is neither in the queue nor archived`);
  }
}

/** What each id was said to be, in answers to writers and in batches. */
export function toldIds({ writes, batches }: History): Map<number, string> {
  const told = new Map<number, string>();
  for (const { answers, events } of writes) {
    for (const ids of answers) {
      for (const [nth, id] of ids.entries()) told.set(Number(id), events[nth]?.key ?? '');
    }
  }
  for (const { events } of batches) {
    for (const { id, key } of events) told.set(Number(id), key);
  }
  return told;
}

const text = ({ key, type }: Row) => `${type} ${key}`;

function greatestId(byId: ReadonlyMap<number, unknown>): number {
  let greatest = 0;
  for (const id of byId.keys()) greatest = Math.max(greatest, id);
  return greatest;
}
