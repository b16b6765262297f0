// SQLite on a disk that is full: calls are told so, what was answered stays, reading goes on, and so does the node as
// soon as there is room. Full by a limit on the size of the node's files (for any user), and by a small file system (for root, who may mount it).
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type NodeProcess, startNode } from '../support/node-process.ts';
import { call } from '../support/rpc.ts';
import { until } from '../support/until.ts';
import { Reader } from './reader.ts';

const run = promisify(execFile);
const FULL_BYTES = 3 * 2 ** 20;
const ROOMY_BYTES = 64 * 2 ** 20;
const EVENT_BYTES = 20_000;
const REFUSED_MIN = 20;

/** How a disk gets full and roomy again. */
interface Disk {
  readonly title: string;
  readonly isPossible: boolean;
  readonly make: (folder: string) => Promise<void>;
  readonly limit: (bytes: number, node: NodeProcess, folder: string) => Promise<unknown>;
  readonly remove: (folder: string) => Promise<void>;
}

const fileLimit: Disk = {
  title: 'a limit on the size of its files',
  isPossible: true,
  make: async () => {},
  limit: (bytes, { pid }) => run('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]),
  remove: async () => {},
};

const mount = (folder: string, options: string) =>
  run('mount', ['-t', 'tmpfs', '-o', options, 'aftercommit-test', folder]);

const smallDisk: Disk = {
  title: 'a file system without room',
  // Mounting is root's.
  isPossible: process.getuid?.() === 0,
  make: async (folder) => void (await mount(folder, `size=${2 * FULL_BYTES}`)),
  limit: (bytes, _, folder) => mount(folder, `remount,size=${2 * bytes}`),
  remove: async (folder) => void (await run('umount', [folder])),
};

const disks = [fileLimit, smallDisk].filter((disk) => disk.isPossible);

describe.each(disks)('a full disk by $title, on sqlite', (disk) => {
  let folder: string;
  let isMade = false;
  let node: NodeProcess | null = null;
  let reader: Reader | null = null;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aftercommit-disk-'));
  });
  afterEach(async () => {
    await reader?.stop();
    await node?.end('SIGKILL');
    if (isMade) await disk.remove(folder);
    await rm(folder, { recursive: true, force: true });
  });

  it('is told to callers, loses nothing that was answered, and is over as soon as there is room', async () => {
    await disk.make(folder);
    isMade = true;
    const databaseUrl = `sqlite:${join(folder, 'events.db')}`;
    const started = await startNode({ databaseUrl, logLevel: 'silent' });
    node = started;
    const { url } = started;
    await call(url, 'registerConsumer', { component: 'c' });
    await disk.limit(FULL_BYTES, started, folder);
    const answered: { id: string; data: string }[] = [];
    const refused: string[] = [];
    const add = async () => {
      const data = `${answered.length} ${'x'.repeat(EVENT_BYTES)}`;
      await call(url, 'addEvent', { type: 'T', data }).then(
        (id) => answered.push({ id, data }),
        (error) => refused.push(error.data.code),
      );
    };
    while (refused.length < REFUSED_MIN) await add();
    expect(new Set(refused)).toEqual(new Set(['StoreUnavailable']));
    expect(answered.length).toBeGreaterThan(10);
    const page = await call(url, 'pollEvents', { component: 'c', last_id: '0', limit: 10 });
    expect(page.events.map((event: { id: string }) => event.id)).toEqual(
      answered.slice(0, 10).map(({ id }) => id),
    );
    expect((await call(url, 'streamInfo')).last).toBe(String(answered.length));

    await disk.limit(ROOMY_BYTES, started, folder);
    const before = answered.length;
    await until(async () => {
      await add();
      return answered.length > before + 20;
    });
    const reading = new Reader(url, 'c');
    reader = reading;
    await reading.start();
    await until(() => reading.data.length >= answered.length);
    expect(reading.faults).toEqual([]);
    expect(answered.map(({ id }) => id)).toEqual(answered.map((_, nth) => String(nth + 1)));
    expect(reading.data).toEqual(answered.map(({ data }) => data));
  }, 120_000);
});
