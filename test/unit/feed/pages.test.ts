import type { EventRow } from '../../../src/contract/event.ts';
import type { EventId } from '../../../src/contract/event-id.ts';
import { Pages } from '../../../src/feed/pages.ts';
import type { ReadLimits } from '../../../src/store/store.ts';
import { id } from '../../support/events.ts';

const row = (nth: number): EventRow => [id(nth), 'T', '1', '2026-11-20T21:32:25.123Z'];
const idsIn = (rows: readonly EventRow[]) => rows.map((each) => Number(each[0]));
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A queue of `count` events that counts its reads. */
function queueOf(count: number) {
  const reads: string[] = [];
  const read = async (after: EventId, { eventsMax }: ReadLimits) => {
    reads.push(`${after} ${eventsMax}`);
    await turn();
    const first = Number(after) + 1;
    const length = Math.max(0, Math.min(eventsMax, count - Number(after)));
    return Array.from({ length }, (_, nth) => row(first + nth));
  };
  return { reads, read };
}

describe('Pages', () => {
  it('gives every reader what stands behind it, and reads once for all', async () => {
    const { reads, read } = queueOf(5000);
    const pages = new Pages(read);
    const first = await Promise.all([pages.rowsBehind(id(0), 100), pages.rowsBehind(id(0), 100)]);
    expect(first.map(idsIn)).toEqual(Array(2).fill(idsIn(await read(id(0), all))));
    expect(idsIn(await pages.rowsBehind(id(700), 100))).toEqual(
      Array.from({ length: 300 }, (_, nth) => 701 + nth),
    );
    expect(reads.filter((each) => each === '0 1000').length).toBe(2); // one of them is ours above
  });

  it('ends pages at whole thousands, wherever a reader begins', async () => {
    const { read } = queueOf(5000);
    const pages = new Pages(read);
    expect(idsIn(await pages.rowsBehind(id(1234), 10)).at(-1)).toBe(2000);
    expect(idsIn(await pages.rowsBehind(id(2000), 10)).at(-1)).toBe(3000);
  });

  it('reads the next page before anybody asks for it, when one is almost used up', async () => {
    const { reads, read } = queueOf(5000);
    const pages = new Pages(read);
    await pages.rowsBehind(id(0), 100);
    await turn();
    expect(reads).toEqual(['0 1000']);
    await pages.rowsBehind(id(800), 100);
    await turn();
    expect(reads).toEqual(['0 1000', '1000 1000']);
  });

  it('looks again where there was nothing, or no more', async () => {
    const { reads, read } = queueOf(5);
    const pages = new Pages(read);
    expect(await pages.rowsBehind(id(5), 100)).toEqual([]);
    expect(await pages.rowsBehind(id(5), 100)).toEqual([]);
    expect(reads).toEqual(['5 995', '5 995']);
  });

  it('tells every reader of a failure, and reads again afterwards', async () => {
    const { read } = queueOf(10);
    let isBroken = true;
    const pages = new Pages(async (after, limits) => {
      if (isBroken) throw new Error('weather');
      return read(after, limits);
    });
    const asked = [pages.rowsBehind(id(0), 100), pages.rowsBehind(id(0), 100)];
    for (const each of asked) await expect(each).rejects.toThrow('weather');
    isBroken = false;
    expect((await pages.rowsBehind(id(0), 100)).length).toBe(10);
  });

  it('does not keep what is too much', async () => {
    const large = 'x'.repeat(400_000);
    const reads: string[] = [];
    const pages = new Pages(async (after) => {
      reads.push(after);
      const first = Number(after) + 1;
      return Array.from({ length: 10 }, (_, nth) => [id(first + nth), 'T', large, ''] as EventRow);
    });
    for (let nth = 0; nth < 10; nth += 1) await pages.rowsBehind(id(nth * 10), 1);
    await pages.rowsBehind(id(0), 1);
    expect(reads.filter((each) => each === '0').length).toBe(2);
    await pages.rowsBehind(id(95), 1);
    expect(reads.filter((each) => each === '90').length).toBe(1);
  });
});

const all: ReadLimits = { eventsMax: 1000, bytesMax: 1e9 };
