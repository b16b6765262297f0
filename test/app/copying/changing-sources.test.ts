// What a copy comes from is not what it was: pruned, restored, or edited, between two runs or in the middle of one. What
// is copied is right, or the copy says that it is not whole.
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventRow } from '../../../src/contract/event.ts';
import { EventList } from '../../../src/contract/event-list.ts';
import { segmentRows } from '../../../src/relay/copying/segment.ts';
import { FileSink } from '../../../src/relay/sinks/file/file-sink.ts';
import { lineOf } from '../../../src/relay/sinks/file/lines.ts';
import { placeOf } from '../../../src/relay/sinks/file/settings.ts';
import type { Store } from '../../../src/store/store.ts';
import { id } from '../../support/events.ts';
import { pause } from '../../support/pause.ts';
import { namesOf } from '../../support/segments.ts';
import { until } from '../../support/until.ts';
import { append, consumersOf, idsOf, type Place, Places } from './places.ts';
import { but, copyRun, filesAt, from, historyAt, queueAt, runUpTo, to } from './runs.ts';

const places = new Places();
let place: Place;
let store: Store;
beforeEach(async () => {
  await places.open();
  place = await places.database('sqlite');
  store = await place.store(['main', 'copy']);
});
afterEach(() => places.close());

const TRUNCATED = { code: 'SourceTruncated' };
const FORKED = { code: 'HistoryForked' };
const numbers = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, nth) => first + nth);
const destination = () => to(queueAt(store, 'copy'));
const copied = () => idsOf(place, 'evt_copy_queue');

describe('a history', () => {
  const copy = async () => {
    const warehouse = await place.warehouse();
    return { source: from(historyAt(warehouse)), destination: destination() };
  };
  const fill = async () => {
    await append(store, 100);
    await place.warehouse();
    await place.sql.run('insert into evt_history select * from evt_queue');
  };

  it('that lost events while the copy was paused is told to be truncated', async () => {
    await fill();
    await runUpTo(30, await copy());
    await place.sql.run('delete from evt_history where id <= 50');
    await expect(copyRun(await copy()).run()).rejects.toMatchObject(TRUNCATED);
    expect(await copied()).toEqual(numbers(1, 30));
  });

  it('that lost all of its events is not told to be copied', async () => {
    await fill();
    await runUpTo(30, await copy());
    await place.sql.run('delete from evt_history');
    await expect(copyRun(await copy()).run()).rejects.toMatchObject(FORKED);
    expect(await destination().find('c')).toMatchObject({ status: 'failed', watermark: '30' });
  });

  it('that was empty may begin anywhere', async () => {
    const ends = { ...(await copy()), terms: { follow: true, eventsMax: 10 } };
    const running = copyRun(ends).run();
    await append(store, 20);
    await place.sql.run('insert into evt_history select * from evt_queue where id > 5');
    await running;
    expect(await copied()).toEqual(numbers(6, 15));
  });
});

describe('files', () => {
  /** 25 events in each. */
  const fill = async (count = 100, data = '0') => {
    const lines = rowsTo(count, data);
    const segmentBytes = 25 * lineOf(lines[0] as EventRow).bytes.length;
    const place = placeOf({ dir: places.dir, prefix: 'out', segmentBytes });
    const sink = new FileSink({ title: 'It', stream: 'main', place });
    await sink.open({ id: id(1000), epoch: 1 });
    const batch = { events: new EventList(lines), after: id(1000), upTo: id(1000 + count) };
    await sink.write({ ...batch, epoch: 1 }, new AbortController().signal);
    await sink.close();
  };
  const rowsTo = (count: number, data: string) =>
    numbers(1001, 1000 + count).map(
      (nth): EventRow => [id(nth), 'T', data, '2026-11-20T21:32:25.000Z'],
    );
  const source = () => from(filesAt(`${places.dir}/out`));
  const copy = () => ({ source: source(), destination: destination() });
  const removeFirst = async (count: number) => {
    for (const name of namesOf(places.dir, 'out').slice(0, count)) {
      await rm(join(places.dir, name));
      await rm(join(places.dir, name.replace('.ndjson', '.meta.json')), { force: true });
    }
  };

  it('that are gone before they were read are told to be truncated', async () => {
    await fill();
    expect(namesOf(places.dir, 'out')).toHaveLength(4);
    await runUpTo(1030, copy());
    await removeFirst(2);
    await expect(copyRun(copy()).run()).rejects.toMatchObject(TRUNCATED);
    expect(await copied()).toEqual(numbers(1001, 1030));
  });

  it('that were read may be gone', async () => {
    await fill();
    await runUpTo(1050, copy());
    await removeFirst(2);
    await copyRun(copy()).run();
    expect(await copied()).toEqual(numbers(1001, 1100));
  });

  it('that are gone in the middle are told to be truncated', async () => {
    await fill();
    const gone = (watermark: number) => watermark === 1010 && removeFirst(3);
    // Each file is opened when its first line is wanted.
    const small = but(source(), {
      read: (after, limits) => source().read(after, { ...limits, eventsMax: 10 }),
    });
    const run = copyRun({ source: small, destination: destination(), onWatermark: gone }).run();
    await expect(run).rejects.toMatchObject(TRUNCATED);
    expect(await copied()).toEqual(numbers(1001, 1010));
    await removeFirst(1);
    await expect(copyRun(copy()).run()).rejects.toMatchObject(FORKED);
  });

  it('that were cut off since they were looked at are not taken for whole', async () => {
    await fill();
    const [first = ''] = namesOf(places.dir, 'out');
    const path = join(places.dir, first);
    writeFileSync(path, readFileSync(path).subarray(0, 200));
    const ids: string[] = [];
    const reading = async () => {
      for await (const rows of segmentRows(path, id(1025))) ids.push(...rows.map(([each]) => each));
    };
    await expect(reading()).rejects.toThrow(/line 4 has changed since it was looked at/);
    expect(ids).toEqual(['1001', '1002', '1003']);
  });

  it('are closed when the copy ends', async () => {
    // Too large to be read to its end by one read.
    await fill(25, `"${'x'.repeat(400_000)}"`);
    await copyRun({ ...copy(), terms: { eventsMax: 1 } }).run();
    // A read that was under way closes its file a moment later.
    await until(() => !openFiles().some((path) => path.startsWith(places.dir)));
  });
});

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return '';
    }
  });
}

describe('a stream', () => {
  const copy = () => ({ source: from(queueAt(store)), destination: destination() });
  /** As it was when it had 50 events, with others behind them since. */
  const restore = async (more: string) => {
    await place.sql.run('delete from evt_queue where id > 50');
    await place.sql.run(`update evt_streams set next_id = 51${more} where name = 'main'`);
  };

  it.each([
    ['in a new epoch, with more events', ', epoch = 2', 4000],
    ['in the same, with fewer events', '', 0],
  ])('that was restored in the middle, %s, is left', async (_, more, count) => {
    await append(store, 3000);
    let isRestored = false;
    const onWatermark = async (watermark: number) => {
      if (watermark < 30 || isRestored) return;
      isRestored = true;
      await restore(more);
      await append(store, count);
    };
    const run = copyRun({ ...copy(), onWatermark }).run();
    await expect(run).rejects.toMatchObject(FORKED);
    expect(await destination().find('c')).toMatchObject({ status: 'failed' });
    const expected = await destination().find('c');
    // What was read before is of one history.
    expect(Number(expected.watermark)).toBeLessThanOrEqual(2000);
    expect(await copied()).toEqual(numbers(1, Number(expected.watermark)));
    await expect(copyRun(copy()).run()).rejects.toMatchObject(FORKED);
  });

  it('is discarded behind a copy that is at work, never before it, and freely afterwards', async () => {
    await append(store, 2000);
    await store.registerConsumer('main', 'p:c', { id: id(2000) });
    const discarded: number[] = [];
    const discard = async (watermark: number) => {
      discarded.push(Number((await store.discard('main', { limit: 5000 })).upTo));
      expect(discarded.at(-1)).toBeLessThanOrEqual(watermark);
      // The cursor follows now and then.
      if (watermark === 1000) await pause(600);
    };
    await copyRun({ ...copy(), onWatermark: discard }).run();
    expect(await copied()).toEqual(numbers(1, 2000));
    expect(new Set(discarded).size).toBeGreaterThan(1);
    expect((await store.discard('main', { limit: 5000 })).upTo).toBe('2000');
  });

  it('that is copied into has no end to begin from', async () => {
    await append(store, 20);
    const stop = new AbortController();
    const half = copyRun({ ...copy(), terms: { follow: true }, signal: stop.signal });
    await half.begin();
    const other = {
      source: from(queueAt(store, 'copy')),
      destination: to(queueAt(store, 'third')),
    };
    await store.migrate(['third']);
    const copying = copyRun({ ...other, name: 'other' }).run();
    await expect(copying).rejects.toMatchObject({ code: 'StreamBusy' });
    expect(await other.destination.list()).toMatchObject([{ name: 'c' }]);
    expect((await store.streamState('third')).status).toBe('open');
    expect(await consumersOf(place, 'copy')).toEqual([]);
  });
});
