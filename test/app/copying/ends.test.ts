// How runs of copies end: told to, failed half-way, overtaken by another, killed just before they had cleaned up.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventList } from '../../../src/contract/event-list.ts';
import { putCopyNote, readCopyNote } from '../../../src/relay/copying/copy-note.ts';
import type { Store } from '../../../src/store/store.ts';
import { id } from '../../support/events.ts';
import { pause } from '../../support/pause.ts';
import { linesOfSegments } from '../../support/segments.ts';
import { until } from '../../support/until.ts';
import { append, consumersOf, type Place, Places } from './places.ts';
import { but, copyRun, filesAt, from, queueAt, runUpTo, to } from './runs.ts';

const places = new Places();
let place: Place;
let store: Store;
beforeEach(async () => {
  await places.open();
  place = await places.database('sqlite');
  store = await place.store(['main', 'copy']);
});
afterEach(() => places.close());

const numbers = (count: number) => Array.from({ length: count }, (_, nth) => nth + 1);
const source = () => from(queueAt(store));
const destination = () => to(queueAt(store, 'copy'));
const files = () => to(filesAt(`${places.dir}/out`));
/** The source, of which so many are discarded behind the look at its range. */
const discardedAfterLook = (limit: number) => {
  const looked = source();
  return but(looked, {
    range: async (terms) => {
      const range = await looked.range(terms);
      await store.discard('main', { limit });
      return range;
    },
  });
};
const lines = () => linesOfSegments(places.dir, 'out').map((line) => Number(line.id));

it('a source is free of a copy whose last run was killed at its end, for whoever waited for it', async () => {
  await append(store, 20);
  const ends = { source: source(), destination: destination(), leaseMs: 10_000 };
  const job = await copyRun(ends).begin();
  await ends.source.hold(job, job.watermark);
  const { job: held } = await ends.destination.take('c', 'killed', 10_000);
  const waiting = copyRun({ source: source(), destination: destination() }).run();
  await ends.destination.end(held, { status: 'done', watermark: id(20), error: null });
  expect((await waiting).job.status).toBe('done');
  expect(await consumersOf(place, 'main')).toEqual([]);
});

it.each([
  ['a stream', () => destination()],
  ['files', () => files()],
])('what is discarded just before a copy into %s holds it is not waited for', async (_, end) => {
  await append(store, 100);
  await store.registerConsumer('main', 'p:c', { id: id(50) });
  const late = discardedAfterLook(20);
  const { job } = await copyRun({ source: late, destination: end() }).run();
  expect(job).toMatchObject({ status: 'done', after: '50', copied: 50, watermark: '100' });
  const asked = { source: late, destination: to(queueAt(store, 'other')), name: 'asked' };
  await store.migrate(['other']);
  const run = copyRun({ ...asked, terms: { after: id(45) } }).run();
  await expect(run).rejects.toMatchObject({ code: 'SourceTruncated' });
});

it('a stream that begins with less than was looked at begins there for its readers', async () => {
  await append(store, 100);
  await store.registerConsumer('main', 'p:c', { id: id(50) });
  const late = discardedAfterLook(50);
  await copyRun({ source: late, destination: destination() }).run();
  expect(await store.streamState('copy')).toMatchObject({ discardedUpTo: '50', newest: '100' });
});

it('a copy whose time is over before its bound says how far it has come', async () => {
  await append(store, 100);
  const follow = { terms: { follow: true }, msMax: 1 };
  const { job } = await copyRun({
    ...{ source: source(), destination: destination(), ...follow },
    onWatermark: () => pause(5),
  }).run();
  expect(job).toMatchObject({ status: 'done', watermark: String(job.copied), upTo: '100' });
  expect(job.copied).toBeLessThan(100);
});

it('a node that stops while the source is away leaves the copy to another', async () => {
  await append(store, 100);
  const stop = new AbortController();
  const away = but(source(), {
    read: async () => {
      stop.abort();
      throw new Error('away');
    },
  });
  const wish = { source: away, destination: destination(), signal: stop.signal };
  await expect(copyRun({ ...wish, whenStopped: 'running' }).run()).rejects.toThrow('away');
  // One may be under way.
  expect(await destination().renew({ name: 'c', token: '1' }, 10_000)).toBe(false);
  expect(await destination().find('c')).toMatchObject({ status: 'running', isHeld: false });
});

describe('files', () => {
  it('get no more events than are wanted, when a batch was written half', async () => {
    await append(store, 100);
    let isOver = false;
    const failing = but(files(), {
      sinkOf: (job, leaseMs) => {
        const sink = files().sinkOf(job, leaseMs);
        const write = sink.write.bind(sink);
        sink.write = async (batch, signal) => {
          if (isOver) return write(batch, signal);
          isOver = true;
          const written = files().sinkOf(job, leaseMs);
          await written.open({ id: id(0), epoch: 1 }, signal);
          const events = new EventList(batch.events.rows.slice(0, 3));
          await written.write({ ...batch, events, upTo: id(3) }, signal);
          await written.close();
          throw new Error('The disk is full.');
        };
        return sink;
      },
    });
    const done = await copyRun({
      ...{ source: source(), destination: failing, terms: { eventsMax: 20 } },
    }).run();
    expect(done).toMatchObject({ copiedNow: 20, job: { status: 'done', copied: 20 } });
    expect(lines()).toEqual(numbers(20));
  });

  it('are told to hold rows that were no events, also when a run was killed behind them', async () => {
    await append(store, 30);
    await place.sql.run(`update evt_queue set data = 'nonsense' where id in (2, 3, 25)`);
    await place.sql.run('update evt_streams set gaps_up_to = 30');
    await runUpTo(10, { source: source(), destination: files() });
    // As the one who is killed leaves it.
    const note = await readCopyNote({ dir: places.dir, prefix: 'out' });
    await putCopyNote({ dir: places.dir, prefix: 'out' }, { ...note, invalid: 0 } as never);
    expect(await files().find('c')).toMatchObject({ copied: 10, invalid: 2 });
    const { job } = await copyRun({ source: source(), destination: files() }).run();
    expect(job).toMatchObject({ copied: 30, invalid: 3 });
    expect(await files().find('c')).toMatchObject({ copied: 30, invalid: 3 });
  });

  it('keep the note of a copy whole, however many put theirs there at once', async () => {
    const at = { dir: places.dir, prefix: 'out' };
    await copyRun({ source: source(), destination: files() }).begin();
    const note = await readCopyNote(at);
    for (let round = 0; round < 20; round += 1) {
      const puts = numbers(5).map((nth) =>
        putCopyNote(at, { ...note, token: '9'.repeat(nth * 3) } as never),
      );
      await Promise.all(puts);
      expect(await readCopyNote(at)).toMatchObject({ name: 'c' });
    }
  });

  it('are of one copy, when two of a name begin at once', async () => {
    await append(store, 20);
    const overtaken = but(files(), {
      begin: async (request) => {
        const job = await files().begin(request);
        // The other one had found no note either, and puts his behind it.
        const path = join(places.dir, 'out.copy.json');
        const text = readFileSync(path, 'utf8').replace('"source":"there"', '"source":"elsewhere"');
        writeFileSync(path, text.replace(job.id, 'ffffffff'));
        return job;
      },
    });
    const run = copyRun({ source: source(), destination: overtaken }).run();
    await expect(run).rejects.toMatchObject({ code: 'CopyConflict' });
    expect(lines()).toEqual([]);
  });

  it('show whether somebody is at work on them', async () => {
    await append(store, 20);
    const stop = new AbortController();
    const run = copyRun({
      ...{ source: source(), destination: files(), terms: { follow: true } },
      ...{ signal: stop.signal, whenStopped: 'running' as const },
    }).run();
    await until(async () => (await files().list())[0]?.copied === 20);
    expect(await files().find('c')).toMatchObject({ status: 'running', isHeld: true });
    stop.abort();
    await run;
    expect(await files().find('c')).toMatchObject({ status: 'running', isHeld: false });
  });
});
