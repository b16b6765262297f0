// Where a stream's queue is, for statements of a database that can read it.
import type { Dialect, QueuePlace } from './dialect.ts';
import type { Runner } from './runner.ts';
import { tablesOf } from './tables.ts';

/** null where the other cannot; `sees` says whether it can, by a mark that is there for the moment. */
export function queuePlace(
  { neighbour }: Dialect,
  run: Runner,
  stream: string,
  sees: (mark: string) => Promise<boolean>,
): Promise<QueuePlace | null> {
  if (neighbour === null) return Promise.resolve(null);
  const look = async (mark: string, schema: string) =>
    (await sees(mark)) ? { schema, table: tablesOf(stream).queue } : null;
  return run.repeatable('queuePlace', () => neighbour.showMark(look));
}
