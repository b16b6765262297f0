// A process at a copy that is frozen by SIGSTOP for longer than its lease: another takes over, and the one that wakes
// changes nothing any more, and says so.
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { type CliProcess, spawnCli } from '../app/cli-process.ts';
import { append, Places, rowsOf } from '../app/copying/places.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { pause } from '../support/pause.ts';
import { linesOfSegments } from '../support/segments.ts';
import { until } from '../support/until.ts';

const MAIN = join(__dirname, '../../dist/src/app/main.js');
const EVENTS = 500;

const running = new Set<ChildProcess>();
// Nothing may be left behind, whatever becomes of the test.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

const places = new Places();
beforeEach(() => places.open());
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  await places.close();
});

describeDrawnDatabase('a copy', (kind) => {
  // Files are the same whatever the events come from.
  const titles = kind === 'sqlite' ? ['a stream', 'files'] : ['a stream'];
  it.each(titles)(
    'into %s is done by who took over from a frozen process',
    async (title) => {
      const from = await places.database(kind);
      const to = await places.database(kind);
      const store = await from.store();
      await to.store();
      await append(store, EVENTS);
      const isFiles = title === 'files';
      const copied = async () => {
        if (isFiles) return linesOfSegments(places.dir, 'out').length;
        const [row] = await to.sql.run('select copied from evt_copies').catch(() => []);
        return Number(row?.copied ?? 0);
      };
      const target = isFiles ? `file:${places.dir}/out` : `${to.url}#main`;
      const args = ['copy', `${from.url}#main`, target, '--follow', '--json'];
      const flags = ['--lease-ms', '500', '--batch-max', '10'];
      const env = { EVT_DATABASE_TIMEOUT_MS: '2000' };
      const begin = (): CliProcess => spawnCli([MAIN, ...args, ...flags], places.dir, env, running);
      const first = begin();
      await until(async () => (await copied()) >= 30);
      await freeze(first, kind === 'sqlite' ? [from.sql, to.sql] : []);
      const left = await copied();
      expect(left).toBeLessThan(EVENTS);
      const second = begin();
      await until(async () => (await copied()) === EVENTS, 30_000);
      first.child.kill('SIGCONT');
      await append(store, 100);
      const woken = await first.ended;
      expect(woken).toMatchObject({ code: 1, stderr: expect.stringContaining('CopyConflict') });
      await until(async () => (await copied()) === EVENTS + 100);
      await store.statuses.seal('main');
      expect(await second.ended).toMatchObject({ code: 0 });
      const expected = await rowsOf(from);
      expect(expected).toHaveLength(EVENTS + 100);
      if (!isFiles) expect(await rowsOf(to)).toEqual(expected);
      else {
        const lines = linesOfSegments(places.dir, 'out');
        expect(lines.map((line) => `${line.id} ${line.type} ${line.data} ${line.ts}`)).toEqual(
          expected,
        );
      }
    },
    60_000,
  );
});

/** Where a database has one writer, not while it writes: nobody else could until it wakes. */
async function freeze(
  { child }: CliProcess,
  sessions: readonly { run(sql: string): Promise<unknown> }[],
): Promise<void> {
  for (;;) {
    child.kill('SIGSTOP');
    // They wait for their turn.
    const writing = Promise.all(
      sessions.map(({ run }) => run('begin immediate').then(() => run('rollback'))),
    ).then(() => true);
    if (await Promise.race([writing, pause(200).then(() => false)])) return;
    child.kill('SIGCONT');
    await writing;
  }
}
