// `aftercommit copy` between databases: what is there in the end, and what was asked for twice.
import type { Store } from '../../../src/store/store.ts';
import { describeDrawnDatabase } from '../../support/databases.ts';
import { id } from '../../support/events.ts';
import { until } from '../../support/until.ts';
import { cli } from '../run-cli.ts';
import {
  append,
  consumersOf,
  copy,
  idsOf,
  type Place,
  Places,
  rowsOf,
  startCopy,
} from './places.ts';

const places = new Places();
beforeAll(() => places.open());
afterAll(() => places.close());

describeDrawnDatabase('a copy', (kind) => {
  let from: Place;
  let to: Place;
  let store: Store;
  let copied: Store;
  /** Each test has a stream of its own in both. */
  let stream = '';
  let nth = 0;
  beforeAll(async () => {
    from = await places.database(kind);
    to = await places.database(kind);
    store = await from.store();
    copied = await to.store();
  });
  beforeEach(async () => {
    nth += 1;
    stream = `s${nth}`;
    await store.migrate([stream]);
  });
  const queue = (of = stream) => `evt_${of}_queue`;
  const source = () => `${from.url}#${stream}`;
  const refs = () => [source(), `${to.url}#${stream}`];
  const at = (...args: string[]) => [...args, '--to', `${to.url}#${stream}`];
  const add = (count: number) => append(store, count, stream);
  const held = () => consumersOf(from, stream);
  const copiedOf = async () => {
    const [row] = await to.sql.run(`select copied from evt_copies where name = '${stream}'`);
    return Number(row?.copied ?? 0);
  };
  const statusOf = async () => {
    const [row] = await to.sql.run(`select status from evt_streams where name = '${stream}'`);
    return row?.status;
  };
  /** Many batches, so that something can happen between two. */
  const SLOW = ['--batch-max', '20'];
  /** So slow that whoever wants it to end is there in time. */
  const ONE_BY_ONE = ['--batch-max', '1'];
  const MANY = 3000;

  it('has what the source had when it began, whatever comes meanwhile', async () => {
    // More than one read has, so that the last one finds what came.
    await add(1500);
    const expected = await rowsOf(from, queue());
    const copying = startCopy([...refs(), ...SLOW]);
    await until(async () => (await held()).length > 0 || (await settled(copying.ended)));
    await add(10);
    expect(await copying.ended).toMatchObject({
      code: 0,
      status: 'done',
      copied: 1500,
      up_to: '1500',
    });
    expect(await rowsOf(to, queue())).toEqual(expected);
    expect(await held()).toEqual([]);
    // The next event goes on behind them.
    expect((await copied.append(stream, [{ type: 'NEXT', data: '1' }])).first).toBe('1501');
  });

  it('does nothing when it is repeated, and says the same', async () => {
    await add(20);
    const first = await copy(refs());
    await add(5);
    const again = await copy(refs());
    expect(first).toMatchObject({ copied_now: 20, code: 0 });
    expect(again).toEqual({ ...first, copied_now: 0 });
    expect((await idsOf(to, queue())).length).toBe(20);
  });

  it('is not another one under the same name, nor goes where events are', async () => {
    await add(20);
    await copy(refs());
    const other = await copy([...refs(), '--after', '5', '--types', 'A']);
    expect(other).toMatchObject({ code: 1 });
    expect(other.stderr).toMatch(/begun in other terms \(after, types\).*DestinationMismatch/);
    const second = await copy([...refs(), '--name', 'second']);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/DestinationExists/);
    expect((await idsOf(to, queue())).length).toBe(20);
  });

  it('is paused and goes on to the bound that it had', async () => {
    await add(MANY);
    const copying = startCopy([...refs(), ...ONE_BY_ONE]);
    await until(async () => (await copiedOf()) >= 100);
    const asked = await copy(at('pause', stream));
    expect(asked).toMatchObject({ code: 0, status: 'paused', up_to: `${MANY}` });
    const ended = await copying.ended;
    expect(ended).toMatchObject({ code: 1, status: 'paused' });
    const status = await copy(at('status', stream));
    expect(status).toMatchObject({ status: 'paused', watermark: asked.watermark, at_work: false });
    expect(await idsOf(to, queue())).toEqual(numbers(Number(asked.watermark)));
    expect(Number(asked.watermark)).toBeLessThan(MANY);
    await add(100);
    const resumed = await copy([
      'resume',
      stream,
      '--to',
      `${to.url}#${stream}`,
      '--from',
      source(),
    ]);
    expect(resumed).toMatchObject({ code: 0, status: 'done', copied: MANY, watermark: `${MANY}` });
    expect(await idsOf(to, queue())).toEqual(numbers(MANY));
    const late = await copy(at('pause', stream));
    expect(late.stderr).toMatch(/is done.*CopyFinished/);
  });

  it('stops behind the batch at hand when it gets a signal', async () => {
    await add(MANY);
    const copying = startCopy([...refs(), ...ONE_BY_ONE]);
    await until(async () => (await copiedOf()) >= 100);
    await copying.run.stop();
    expect(await copying.ended).toMatchObject({ code: 1, status: 'paused', at_work: false });
    expect(await held()).toHaveLength(1);
    expect(await copy(refs())).toMatchObject({ code: 0, copied: MANY });
    expect(await idsOf(to, queue())).toEqual(numbers(MANY));
  });

  it('holds the source back from discarding as long as it goes, and no longer', async () => {
    await add(1500);
    await store.registerConsumer(stream, 'p:c', { id: id(1500) });
    const copying = startCopy([...refs(), '--follow']);
    await until(async () => (await held()).length > 0);
    await copying.run.stop();
    await copying.ended;
    const watermark = await copiedOf();
    while ((await store.discard(stream, { limit: 1000 })).count > 0);
    expect(Number((await store.streamState(stream)).discardedUpTo)).toBeLessThanOrEqual(watermark);
    expect(
      await copy([...refs(), '--follow', '--max-ms', '3000', '--idle-ms', '300']),
    ).toMatchObject({
      code: 0,
      copied: 1500,
    });
    while ((await store.discard(stream, { limit: 1000 })).count > 0);
    expect((await store.streamState(stream)).discardedUpTo).toBe('1500');
  });

  it('says what is no more of the source', async () => {
    await add(20);
    await store.registerConsumer(stream, 'p:c', { id: id(10) });
    await store.discard(stream, { limit: 100 });
    const asked = await copy([...refs(), '--after', '5']);
    expect(asked.code).toBe(1);
    expect(asked.stderr).toMatch(/SourceTruncated, requested 5, oldest 11/);
    // Everything that there is can be had, and what is not there is known to be gone.
    expect(await copy(refs())).toMatchObject({ code: 0, after: '10', copied: 10 });
    expect(await copied.streamState(stream)).toMatchObject({ newest: '20', discardedUpTo: '10' });
  });

  it('gives new ids in the same order, and keeps the old ones', async () => {
    await add(1000);
    const done = await copy([...refs(), '--types', 'A', '--ids', 'reassign']);
    expect(done).toMatchObject({ code: 0, copied: 334, last: '334', watermark: '1000' });
    expect(await idsOf(to, queue())).toEqual(numbers(334));
    const pairs = await to.sql.run(
      `select src_id, id from evt_copy_ids where copy = '${stream}' order by src_id`,
    );
    expect(pairs.map((pair) => Number(pair.id))).toEqual(numbers(334));
    const sources = (await rowsOf(from, queue()))
      .filter((row) => row.includes(' A '))
      .map((row) => row.split(' ')[0]);
    expect(pairs.map((pair) => String(pair.src_id))).toEqual(sources);
  });

  it('keeps everybody out of the stream meanwhile, and seals it then', async () => {
    await add(1000);
    await copied.migrate([stream]);
    await append(copied, 4, stream);
    // Committed, and without an id as long as no node runs.
    await to.sql.insertEvent('EARLIER', '1', `evt_${stream}_inbox`);
    const copying = startCopy([...refs(), '--append', '--follow', ...SLOW]);
    await until(async () => (await copiedOf()) >= 100);
    const draft = { type: 'OWN', data: '1' };
    await expect(copied.append(stream, [draft])).rejects.toMatchObject({ code: 'StreamBusy' });
    await until(async () => (await copiedOf()) === 1000);
    // The end of the source is the end of the copy.
    await store.statuses.seal(stream);
    expect(await copying.ended).toMatchObject({ code: 0, copied: 1000, last: '1005' });
    await expect(copied.append(stream, [draft])).rejects.toMatchObject({ code: 'StreamSealed' });
    await copied.statuses.unseal(stream);
    expect((await copied.append(stream, [draft])).first).toBe('1006');
    expect(await idsOf(to, queue())).toEqual(numbers(1006));
    expect((await rowsOf(to, queue()))[4]).toMatch(/^5 EARLIER /);
  });

  it('follows until nothing has come for a while, or it has enough', async () => {
    await add(100);
    const copying = startCopy([...refs(), '--follow', '--idle-ms', '500']);
    await until(async () => (await copiedOf()) === 100);
    await add(50);
    const addedAt = performance.now();
    const done = await copying.ended;
    const tookMs = performance.now() - addedAt;
    expect(done).toMatchObject({
      code: 0,
      status: 'done',
      copied: 150,
      up_to: '100',
      watermark: '150',
    });
    expect(tookMs).toBeGreaterThan(490);
    const some = [source(), `${to.url}#${stream}x`, '--name', `${stream}x`, '--follow'];
    const enough = await copy([...some, '--max-events', '120']);
    expect(enough).toMatchObject({ code: 0, status: 'done', copied: 120, watermark: '120' });
    expect(await idsOf(to, queue(`${stream}x`))).toEqual(numbers(120));
  });

  // The rest asks nothing of a database that the above does not.
  if (kind !== 'sqlite') return;

  it('leaves the stream free and the source alone when it is cancelled', async () => {
    await add(MANY);
    const copying = startCopy([...refs(), ...ONE_BY_ONE]);
    await until(async () => (await copiedOf()) >= 100);
    const cancelled = await copy(at('cancel', stream, '--from', source()));
    expect(cancelled).toMatchObject({ code: 0, status: 'cancelled' });
    expect(await copying.ended).toMatchObject({ code: 1, status: 'cancelled' });
    expect(await held()).toEqual([]);
    expect(await statusOf()).toBe('open');
    const again = await copy(refs());
    expect(again.stderr).toMatch(/was cancelled.*CopyFinished/);
    expect((await copy(at('status', 'nobody'))).stderr).toMatch(/CopyNotFound/);
  });

  it('keeps the gaps between ids, and readers pass over them', async () => {
    await add(30);
    expect(await copy([...refs(), '--types', 'A'])).toMatchObject({ copied: 10, watermark: '30' });
    const rows = await copied.readAfter(stream, id(0), { eventsMax: 100, bytesMax: 1e6 });
    expect(rows.map(([each]) => Number(each))).toEqual([1, 4, 7, 10, 13, 16, 19, 22, 25, 28]);
    const third = [`${to.url}#${stream}`, `${to.url}#${stream}x`];
    expect(await copy([...third, '--after', '7', '--up-to', '25'])).toMatchObject({ copied: 6 });
    expect(await idsOf(to, queue(`${stream}x`))).toEqual([10, 13, 16, 19, 22, 25]);
  });

  it('copies nothing, one event, and an empty range', async () => {
    expect(await copy([...refs(), '--name', 'nothing'])).toMatchObject({
      code: 0,
      copied: 0,
      up_to: '0',
    });
    await add(1);
    expect(await copy([...refs(), '--name', 'one'])).toMatchObject({
      code: 0,
      copied: 1,
      up_to: '1',
    });
    const other = [source(), `${to.url}#${stream}x`];
    const empty = await copy([...other, '--name', 'empty', '--after', '1', '--up-to', '1']);
    expect(empty).toMatchObject({ code: 0, copied: 0, after: '1', up_to: '1' });
    const ahead = await copy([...other, '--name', 'ahead', '--up-to', '2']);
    expect(ahead.stderr).toMatch(/upTo is 2, but the newest event of the source is 1.*CursorAhead/);
  });

  it('takes several sources into one stream, one behind the other or at once', async () => {
    await add(700);
    await store.migrate([`${stream}x`]);
    await append(store, 900, `${stream}x`);
    const second = `${from.url}#${stream}x`;
    const into = `${to.url}#${stream}`;
    const more = ['--append', '--no-seal'];
    expect(await copy([source(), into, '--ids', 'reassign'])).toMatchObject({ copied: 700 });
    const appended = await copy([second, into, ...more]);
    expect(appended).toMatchObject({ code: 0, copied: 900, last: '1600' });
    expect(await idsOf(to, queue())).toEqual(numbers(1600));
    const both = await Promise.all([
      copy([source(), into, '--name', `${stream}.third`, ...more]),
      copy([second, into, '--name', `${stream}.fourth`, ...more]),
    ]);
    expect(both.map(({ code, copied: count }) => [code, count])).toEqual([
      [0, 700],
      [0, 900],
    ]);
    expect(await idsOf(to, queue())).toEqual(numbers(3200));
    const ids = await to.sql.run(
      `select id from evt_copy_ids where copy = '${stream}.third' order by src_id`,
    );
    const order = ids.map((row) => Number(row.id));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(await statusOf()).toBe('open');
  });

  it('is listed where no warehouse was ever made, and goes not into what it comes from', async () => {
    await add(20);
    const env = { EVT_DATABASE_URL: to.url, EVT_WAREHOUSE_URL: `sqlite:${places.dir}/none.db` };
    await copy(refs());
    const { code, stdout } = await cli(['copy', 'list'], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${stream} +done`, 'm'));
    const missing = await cli(['copy', 'list', '--to', 'warehouse#main'], { env });
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/no database/) });
    const itself = await copy([`${to.url}#${stream}`, `active#${stream}`, '--append'], { env });
    expect(itself).toMatchObject({ code: 2, stderr: expect.stringMatching(/are the same/) });
    expect(await statusOf()).toBe('open');
  });

  it('ends as was asked for at its start when it goes on, unless something else is said', async () => {
    await add(20);
    const limits = ['--follow', '--idle-ms', '800'];
    const begun = startCopy([...refs(), ...limits]);
    await until(async () => (await copiedOf()) === 20);
    await begun.run.stop();
    await begun.ended;
    const other = await copy(at('resume', stream, '--from', source(), '--max-ms', '1'));
    expect(other).toMatchObject({ code: 0, status: 'done' });
    const third = [source(), `${to.url}#${stream}x`, '--name', `${stream}x`];
    const paused = startCopy([...third, ...limits]);
    await until(async () => (await held()).length > 0);
    await paused.run.stop();
    await paused.ended;
    const resumed = ['resume', `${stream}x`, '--to', `${to.url}#main`, '--from', source()];
    expect(await copy(resumed)).toMatchObject({ code: 0, status: 'done', copied: 20 });
  });

  it('goes into a stream that a killed run has not freed behind its end', async () => {
    await add(20);
    const into = `${to.url}#${stream}`;
    expect(await copy([source(), into, '--ids', 'reassign'])).toMatchObject({ copied: 20 });
    const left = `update evt_streams set status = 'copying' where name = '${stream}'`;
    await to.sql.run(left);
    const next = ['--name', `${stream}.next`, '--append'];
    expect(await copy([source(), into, ...next])).toMatchObject({ code: 0, copied: 20 });
    expect(await statusOf()).toBe('sealed');
    await to.sql.run(left);
    const late = await copy([source(), into, '--name', `${stream}.late`, '--append']);
    expect(late.stderr).toMatch(/StreamSealed/);
    expect(await statusOf()).toBe('sealed');
  });

  it('is at its end in a history as in a queue, and goes on from there', async () => {
    await add(1500);
    const history = `${to.url}#${stream}/history`;
    expect(await copy([source(), history])).toMatchObject({ code: 0, copied: 1500 });
    expect(await rowsOf(to, `evt_${stream}_history`)).toEqual(await rowsOf(from, queue()));
    const back = [history, `${to.url}#${stream}x`];
    const taken = await copy([...back, '--name', `${stream}-${stream}.history`]);
    expect(taken.stderr).toMatch(/DestinationMismatch/);
    expect(await copy(back)).toMatchObject({ code: 0, copied: 1500 });
    expect(await rowsOf(to, queue(`${stream}x`))).toEqual(await rowsOf(from, queue()));
    await to.sql.run(`delete from evt_${stream}_history where id <= 10`);
    const asked = await copy([history, `${to.url}#more`, '--name', 'more', '--after', '5']);
    expect(asked.stderr).toMatch(/SourceTruncated, requested 5, oldest 11/);
  });
});

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, nth) => nth + 1);
}

async function settled(work: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    work.then(() => true),
    new Promise<boolean>((done) => setTimeout(done, 0, false)),
  ]);
}
