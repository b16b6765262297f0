// A file sink by itself, on real files: what it writes, what it forces to the disk, and where it says that it stands.
import { createHash } from 'node:crypto';
import {
  appendFile,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventRow } from '../../../src/contract/event.ts';
import type { EventId } from '../../../src/contract/event-id.ts';
import { EventList } from '../../../src/contract/event-list.ts';
import { FileSink } from '../../../src/relay/sinks/file/file-sink.ts';
import { type FileSettings, placeOf } from '../../../src/relay/sinks/file/settings.ts';
import type { Syncs } from '../../../src/relay/sinks/file/syncs.ts';

const TS = '2026-11-20T21:32:25.000Z';
const signal = new AbortController().signal;
const id = (nth: number) => String(nth) as EventId;

describe('a file sink', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'aftercommit-file-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const make = (settings: Partial<FileSettings> = {}, syncs?: Syncs) =>
    new FileSink({
      title: 'The sink f',
      stream: 'main',
      place: placeOf({ dir, ...settings }),
      ...(syncs && { syncs }),
    });
  const openAt = (sink: FileSink, cursor = 0, epoch = 1) => sink.open({ id: id(cursor), epoch });
  /** Events `first` to `last`, and nothing that is wanted behind them up to `upTo`. */
  const write = (
    sink: FileSink,
    first: number,
    last: number,
    upTo = last,
    after = first - 1,
    epoch = 1,
  ) =>
    sink.write(
      { events: new EventList(rows(first, last)), after: id(after), upTo: id(upTo), epoch },
      signal,
    );
  const segments = async (prefix = 'events') =>
    (await readdir(dir)).filter(
      (name) => name.startsWith(`${prefix}-`) && name.endsWith('.ndjson'),
    );
  const ids = async (prefix?: string) => {
    const names = (await segments(prefix)).sort();
    const texts = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
    return texts
      .join('')
      .split('\n')
      .slice(0, -1)
      .map((line) => Number(JSON.parse(line).id));
  };
  const newest = async () => join(dir, (await segments()).sort().at(-1) as string);

  it('writes an event on one line, its data as it stands but for line breaks outside of strings', async () => {
    const sink = make();
    await openAt(sink);
    const data = [
      '{ "a" :\r\n 1.0,\n"b": 1e400, "c": 9007199254740993 }',
      '"line\\nbreak, \u2028, \u{1f600} and \\ud800"',
    ];
    const list = data.map((text, nth): EventRow => [id(nth + 1), 'A:b', text, TS]);
    await sink.write({ events: new EventList(list), after: id(0), upTo: id(2), epoch: 1 }, signal);
    await sink.close();
    expect(await readFile(await newest(), 'utf8')).toBe(
      `{"id":"1","type":"A:b","ts":"${TS}","data":{ "a" :   1.0, "b": 1e400, "c": 9007199254740993 }}\n` +
        `{"id":"2","type":"A:b","ts":"${TS}","data":"line\\nbreak, \u2028, \u{1f600} and \\ud800"}\n`,
    );
  });

  it('begins a new segment when one is full or old, and says what the other holds', async () => {
    const sink = make({ segmentBytes: 700 });
    await openAt(sink);
    await write(sink, 1, 25);
    // What was written before it was opened is in the hash and the count too.
    await sink.close();
    expect(await openAt(sink)).toEqual({ id: '25', epoch: 1 });
    await write(sink, 26, 40);
    await sink.close();
    const names = (await segments()).sort();
    expect(names.length).toBeGreaterThan(3);
    expect(await ids()).toEqual(numbers(1, 40));
    for (const [nth, name] of names.entries()) {
      const bytes = await readFile(join(dir, name));
      const lines = bytes
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(bytes.length).toBeLessThanOrEqual(700);
      expect(name).toBe(`events-${lines[0].id.padStart(18, '0')}.ndjson`);
      const meta = readFile(join(dir, name.replace('.ndjson', '.meta.json')), 'utf8');
      if (nth === names.length - 1) {
        await expect(meta).rejects.toThrow('ENOENT');
        continue;
      }
      expect(JSON.parse(await meta)).toEqual({
        format: 'aftercommit-events/1',
        stream: 'main',
        epoch: 1,
        first: lines[0].id,
        last: lines.at(-1).id,
        count: lines.length,
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        types: [...new Set(lines.map(({ type }) => type))].sort(),
        sealedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
    }
    const old = make({ prefix: 'old', segmentMs: 1, metadata: false });
    await openAt(old);
    for (let nth = 1; nth <= 3; nth += 1) {
      await write(old, nth, nth);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await old.close();
    expect((await segments('old')).length).toBe(3);
    expect(
      (await readdir(dir)).filter((name) => name.startsWith('old') && /meta/.test(name)),
    ).toEqual([]);
  });

  it('gives new files their rights', async () => {
    const sink = make({ mode: '0600', segmentBytes: 300 });
    await openAt(sink);
    await write(sink, 1, 10);
    await sink.close();
    const modes = (await readdir(dir)).map(
      async (name) => (await stat(join(dir, name))).mode & 0o777,
    );
    expect(new Set(await Promise.all(modes))).toEqual(new Set([0o600]));
  });

  it.each([
    // 10 events in 4 batches, and at the opening what stands there.
    ['event', 10],
    ['batch', 4],
    ['segment', 0],
    ['none', 0],
  ] as const)('with fsync %s forces lines to the disk %i times', async (fsync, times) => {
    const counts = openCounts();
    const sink = make({ fsync }, counts);
    await openAt(sink);
    await write(sink, 1, 3);
    await write(sink, 4, 7);
    await write(sink, 8, 9);
    await write(sink, 10, 10);
    expect(counts.lines).toHaveBeenCalledTimes(times);
    expect(counts.names.mock.calls.length > 0).toBe(fsync !== 'none');
    await sink.close();
    const full = make({ fsync, segmentBytes: 1, prefix: 'full' }, openCounts());
    await openAt(full);
    await write(full, 1, 4);
    await full.close();
    const seals = openCounts();
    const sealing = make({ fsync, segmentBytes: 1, prefix: 'sealed' }, seals);
    await openAt(sealing);
    await write(sealing, 1, 4);
    await sealing.close();
    // 3 are sealed, the fourth is open.
    const expected = { event: 7, batch: 4, segment: 3, none: 0 };
    expect(seals.lines).toHaveBeenCalledTimes(expected[fsync]);
    expect(seals.note).toHaveBeenCalledTimes({ event: 4, batch: 4, segment: 3, none: 0 }[fsync]);
  });

  it('forces to the disk what it finds, before it counts', async () => {
    const first = make();
    await openAt(first);
    await write(first, 1, 3);
    await first.close();
    const counts = openCounts();
    const second = make({}, counts);
    await openAt(second);
    await second.close();
    expect(counts.lines).toHaveBeenCalledTimes(1);
  });

  it('does not find again what a failed sync may have lost', async () => {
    const counts = openCounts();
    const sink = make({}, counts);
    await openAt(sink);
    await write(sink, 1, 3);
    counts.lines.mockRejectedValueOnce(new Error('EIO'));
    await expect(write(sink, 4, 6)).rejects.toThrow('EIO');
    await sink.close();
    expect(await openAt(sink)).toEqual({ id: '3', epoch: 1 });
    await write(sink, 4, 6);
    await sink.close();
    expect(await ids()).toEqual(numbers(1, 6));
  });

  it.each([
    ['half a line', (path: string) => appendFile(path, '{"id":"4","type":"T","ts":"2026-11-')],
    ['zeros', (path: string) => appendFile(path, Buffer.alloc(600_000))],
    [
      'a line cut in the middle',
      async (path: string) => truncate(path, (await stat(path)).size - 5),
    ],
  ])('cuts %s off the end', async (_, spoil) => {
    const sink = make();
    await openAt(sink);
    await write(sink, 1, 3);
    await sink.close();
    await spoil(await newest());
    const { id: last } = (await openAt(sink)) ?? {};
    await write(sink, Number(last) + 1, 6);
    await sink.close();
    expect(['2', '3']).toContain(last);
    expect(await ids()).toEqual(numbers(1, 6));
  });

  it('leaves alone what is no line of its own', async () => {
    await writeFile(join(dir, 'events-000000000000000001.ndjson'), 'something else\n');
    await expect(openAt(make())).rejects.toThrow('line 1 is no event of a file sink');
    expect(await readFile(await newest(), 'utf8')).toBe('something else\n');
  });

  it('goes on behind a segment that was sealed, or has no line yet', async () => {
    const sink = make({ segmentBytes: 300 });
    await openAt(sink);
    await write(sink, 1, 10);
    await sink.close();
    await rm(await newest());
    const { last } = JSON.parse(
      await readFile((await newest()).replace('.ndjson', '.meta.json'), 'utf8'),
    );
    await writeFile(join(dir, 'events-000000000000000099.ndjson'), '{"id":"9');
    expect(await openAt(sink, 10)).toEqual({ id: last, epoch: 1 });
    await write(sink, Number(last) + 1, 12);
    await sink.close();
    expect(await ids()).toEqual(numbers(1, 12));
  });

  it('does not believe a meta whose segment was lost, or has grown since', async () => {
    const sink = make({ segmentBytes: 150 });
    await openAt(sink);
    await write(sink, 1, 6);
    await sink.close();
    // 5 and 6 are in the newest one.
    await rm(join(dir, 'events-000000000000000003.ndjson'));
    await rm(await newest());
    expect(await openAt(sink)).toEqual({ id: '2', epoch: 1 });
    await write(sink, 3, 3);
    await sink.close();
    expect(await readdir(dir)).not.toContain('events-000000000000000003.meta.json');
    expect(await openAt(sink)).toEqual({ id: '3', epoch: 1 });
    await write(sink, 4, 7);
    await sink.close();
    await rm(await newest());
    // As a process that was frozen would have it, had it missed the look.
    await appendFile(await newest(), '{"id":"7","type":"T1","ts":"2026","data":1}\n');
    expect((await openAt(sink))?.id).toBe('7');
    await sink.close();
    expect(await ids()).toEqual(numbers(1, 7));
  });

  describe('that does not want all', () => {
    it('stands behind what it was told of, and on its last line when that was lost', async () => {
      const sink = make({ segmentBytes: 150 });
      expect(await openAt(sink, 5)).toEqual({ id: '5', epoch: 1 });
      await write(sink, 1, 0, 8, 5);
      await sink.close();
      expect(await openAt(sink, 5)).toEqual({ id: '8', epoch: 1 });
      await write(sink, 10, 12, 20, 8);
      await sink.close();
      // Behind its last line, though the cursor was not moved; a cursor that was moved is not asked.
      expect(await openAt(sink, 8)).toEqual({ id: '20', epoch: 1 });
      await write(sink, 21, 21);
      await sink.close();
      expect(await openAt(sink, 99)).toEqual({ id: '21', epoch: 1 });
      await write(sink, 1, 0, 30, 21);
      await sink.close();
      expect(await openAt(sink)).toEqual({ id: '30', epoch: 1 });
      await sink.close();
      await rm(await newest());
      expect(await openAt(sink, 30)).toEqual({ id: '11', epoch: 1 });
      await sink.close();
      for (const name of await segments()) await rm(join(dir, name));
      expect(await openAt(sink, 30)).toEqual({ id: '5', epoch: 1 });
    });

    it('is where its last line is when nothing stands beside it', async () => {
      const sink = make({ segmentBytes: 150 });
      await openAt(sink, 0, 7);
      await write(sink, 1, 4, 4, 0, 7);
      await sink.close();
      for (const text of ['', 'null', '{"epoch":1}']) {
        await writeFile(join(dir, 'events.position.json'), text);
        expect(await make().stand(3)).toEqual({ id: '4', epoch: 3 });
      }
      await rm(await newest());
      // The meta of a sealed one says more.
      expect(await make().stand(3)).toEqual({ id: '2', epoch: 7 });
    });
  });

  it('writes no more when another process has written', async () => {
    const [frozen, other] = [make(), make()];
    await openAt(frozen);
    await write(frozen, 1, 3);
    await openAt(other);
    await write(other, 4, 6);
    await expect(write(frozen, 4, 5)).rejects.toThrow('another one writes to it');
    await frozen.close();
    await write(other, 7, 7);
    await other.close();
    expect(await ids()).toEqual(numbers(1, 7));
  });

  it('leaves what another process has written when its own sync fails', async () => {
    const counts = openCounts();
    const [frozen, other] = [make({}, counts), make()];
    await openAt(frozen);
    counts.lines.mockImplementationOnce(async () => {
      // It was frozen here, behind its write.
      await openAt(other);
      await write(other, 4, 6);
      throw new Error('EIO');
    });
    await expect(write(frozen, 1, 3)).rejects.toThrow('EIO');
    await frozen.close();
    await other.close();
    expect(await ids()).toEqual(numbers(1, 6));
  });

  it('writes no more when its file was deleted, or it is told to end', async () => {
    const sink = make();
    await openAt(sink);
    await write(sink, 1, 3);
    await rm(await newest());
    await expect(write(sink, 4, 5)).rejects.toThrow('another one writes to it');
    await sink.close();
    expect(await openAt(sink, 3)).toEqual({ id: '0', epoch: 1 });
    const batch = { events: new EventList(rows(1, 1)), after: id(0), upTo: id(1), epoch: 1 };
    await expect(sink.write(batch, AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
    await expect(write(sink, 8, 9)).rejects.toThrow('stands at 0, and is given what follows 7');
    await sink.close();
  });

  it('disturbs no other in the same folder', async () => {
    const prefixes = ['a', 'a-000000000000000001', 'a.b'];
    const sinks = prefixes.map((prefix) => make({ prefix, segmentBytes: 300 }));
    for (const sink of sinks) await openAt(sink);
    for (const [nth, sink] of sinks.entries()) await write(sink, 1, 10 * (nth + 1));
    for (const sink of sinks) await sink.close();
    const stands = sinks.map((sink) => sink.stand(1));
    expect((await Promise.all(stands)).map((stand) => stand?.id)).toEqual(['10', '20', '30']);
  });

  it('is of one stream', async () => {
    await openAt(make());
    const place = placeOf({ dir });
    const other = new FileSink({ title: 'The sink g', stream: 'audit', place });
    await expect(openAt(other)).rejects.toThrow(
      `the files events in ${dir} are of the stream main`,
    );
  });
});

function openCounts() {
  return {
    lines: jest.fn(async () => {}),
    note: jest.fn(async () => {}),
    names: jest.fn(async () => {}),
  };
}

function rows(first: number, last: number): EventRow[] {
  return numbers(first, last).map(
    (nth): EventRow => [id(nth), `T${nth % 3}`, `{"nth":${nth}}`, TS],
  );
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, nth) => first + nth);
}
