// Transactions of the application: events among its own work, savepoints of which half are taken back, a pause, and
// then a commit or a rollback. The connection may be gone at any statement.
import type { DatabaseKind } from '../../support/databases.ts';
import type { Written } from '../history.ts';
import { insertOf, Lost, openSession, type Session } from '../session.ts';
import { OpenWrite, pause, someCount, type WriterOptions } from './writer.ts';

const EVENTS_MAX = 12;
const PAUSE_MS_MAX = 500;

export async function writeTransactions(
  options: WriterOptions,
  kind: DatabaseKind,
  url: string,
): Promise<void> {
  let session: Session | null = null;
  while (!options.isDone()) {
    // SQLite has one writer: who never pauses starves the others.
    await pause(options.random.below(kind === 'sqlite' ? 15 : 4));
    session ??= await openSession(kind, url).catch(() => null);
    if (session === null) continue;
    if (await isLostIn(session, options)) {
      session.destroy();
      session = null;
    }
  }
  session?.destroy();
}

/** One transaction; tells whether the connection is of no use any more. */
async function isLostIn(session: Session, options: WriterOptions): Promise<boolean> {
  const { random, recorder } = options;
  const write = new OpenWrite(options);
  let isCommitSent = false;
  try {
    await session.run(session.kind === 'sqlite' ? 'begin immediate' : 'begin');
    for (let part = random.below(3); part >= 0; part -= 1) {
      await writePart(session, options, write);
    }
    if (random.chance(0.5)) await pause(pauseMs(session, options));
    if (random.chance(0.2)) {
      await session.run('rollback');
      write.end('rolled back');
      return false;
    }
    write.commitSent();
    isCommitSent = true;
    await session.run('commit');
    write.end('committed');
    return random.chance(0.02);
  } catch (error) {
    const isUnknown = isCommitSent && error instanceof Lost;
    write.end(isUnknown ? 'unknown' : 'rolled back');
    if (!(error instanceof Lost)) recorder.unexpected.push(`${options.name}: ${error}`);
    return true;
  }
}

/** Some events, one by one or together, in a savepoint or not. */
async function writePart(
  session: Session,
  { random }: WriterOptions,
  write: OpenWrite,
): Promise<void> {
  const isSaved = random.chance(0.3);
  const events = write.make(someCount(random, EVENTS_MAX));
  if (isSaved) await session.run('savepoint s');
  const isUndone = isSaved && random.chance(0.5);
  // Before they are sent: a connection that is cut meanwhile must not hide them.
  (isUndone ? write.undone : write.events).push(...events);
  if (random.chance(0.3)) await insert(session, events);
  else for (const event of events) await insert(session, [event]);
  if (isUndone) await session.run('rollback to savepoint s');
  else if (isSaved) await session.run('release savepoint s');
}

async function insert(session: Session, events: readonly Written[]): Promise<void> {
  const values = events.flatMap(({ key, type }) => [type, JSON.stringify(key)]);
  await session.run(insertOf(session.kind, events.length), values);
}

/** Up to half a second; on SQLite, where everybody waits meanwhile, seldom so long. */
function pauseMs({ kind }: Session, { random }: WriterOptions): number {
  const isShort = random.chance(kind === 'sqlite' ? 0.97 : 0.7);
  return random.below(isShort ? 15 : PAUSE_MS_MAX);
}
