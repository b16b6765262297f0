// A process at a copy that is frozen by SIGSTOP for longer than its lease: another takes over, and the one that wakes
// changes nothing any more, and says so.
import type { CliProcess } from '../app/cli-process.ts';
import { append, rowsOf } from '../app/copying/places.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { pause } from '../support/pause.ts';
import { until } from '../support/until.ts';
import { Copiers } from './copiers.ts';

const EVENTS = 500;
const IMPATIENT = { EVT_DATABASE_TIMEOUT_MS: '2000' };

const copiers = new Copiers();
const { places } = copiers;
beforeEach(() => copiers.open());
afterEach(() => copiers.close());

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
        if (isFiles) return copiers.lines().length;
        const [row] = await to.sql.run('select copied from evt_copies').catch(() => []);
        return Number(row?.copied ?? 0);
      };
      const target = isFiles ? `file:${places.dir}/out` : `${to.url}#main`;
      const begin = () => copiers.begin([`${from.url}#main`, target], 10, IMPATIENT);
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
      expect(isFiles ? copiers.lines() : await rowsOf(to)).toEqual(expected);
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
