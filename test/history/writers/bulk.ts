// Statements that write many events at once and commit by themselves; some take long over it, so that others commit
// between their rows.
import type { DatabaseKind } from '../../support/databases.ts';
import type { Written } from '../history.ts';
import { insertOf, Lost, openSession, type Session } from '../session.ts';
import { OpenWrite, pause, type WriterOptions } from './writer.ts';

const EVENTS_MAX = 60;
const SECONDS_A_ROW = 0.003;

export async function writeBulk(
  options: WriterOptions,
  kind: DatabaseKind,
  url: string,
): Promise<void> {
  const { random, recorder } = options;
  let session: Session | null = null;
  while (!options.isDone()) {
    await pause(random.below(150));
    session ??= await openSession(kind, url).catch(() => null);
    if (session === null) continue;
    const write = new OpenWrite(options);
    write.events.push(...write.make(2 + random.below(EVENTS_MAX)));
    const values = write.events.flatMap(({ key, type }) => [type, JSON.stringify(key)]);
    const slow = random.chance(0.5) ? SLOW[kind] : null;
    write.commitSent();
    try {
      await session.run(slow?.(write.events) ?? insertOf(kind, write.events.length), values);
      write.end('committed');
    } catch (error) {
      write.end(error instanceof Lost ? 'unknown' : 'rolled back');
      if (!(error instanceof Lost)) recorder.unexpected.push(`${options.name}: ${error}`);
      session.destroy();
      session = null;
    }
  }
  session?.destroy();
}

/** SQLite has no pause: it runs in this process, and would hold everything up. */
const SLOW: Record<DatabaseKind, ((events: readonly Written[]) => string) | null> = {
  sqlite: null,
  postgres: (events) =>
    `insert into evt_inbox (type, data) select type, data::json from (values ${events
      .map((_, nth) => `($${2 * nth + 1}::text, $${2 * nth + 2}::text, ${nth})`)
      .join(', ')}) as rows (type, data, nth), lateral pg_sleep(${SECONDS_A_ROW} + 0 * nth)`,
  mysql: (events) =>
    `insert into evt_inbox (type, data) ${events
      .map((_, nth) => `select ?, if(sleep(${SECONDS_A_ROW} + 0 * ${nth}) = 0, ?, 'null')`)
      .join(' union all ')}`,
};
