// The generator of the published client: what becomes of its calls when answers get lost.
import type { Socket } from 'node:net';
import { createClient, isCallError, JsonText } from '../../src/client/index.ts';
import { describeDatabase, describeDrawnDatabase } from '../support/databases.ts';
import { openTcpPath, type TcpPath } from '../support/tcp-path.ts';
import { clientOn, upTo } from './client-on.ts';

/** What became of a path's answers: the first `lost` of them are cut off with their connection. */
async function lossyPath(url: string, lost: number): Promise<TcpPath & { readonly cuts: number }> {
  let cuts = 0;
  const path = await openTcpPath(url, (near: Socket, far: Socket) => {
    near.on('data', (data) => far.write(data));
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    far.on('data', (data) => {
      if (cuts >= lost) near.write(data);
      else {
        cuts += 1;
        near.destroy();
      }
    });
  });
  return Object.defineProperty(path, 'cuts', { get: () => cuts }) as TcpPath & { cuts: number };
}

describeDrawnDatabase('the generator of the client', (kind) => {
  const own = clientOn(kind);
  let path: (TcpPath & { readonly cuts: number }) | null = null;
  afterEach(async () => {
    await path?.close();
    path = null;
  });
  const events = async () => {
    const { events } = await own.client.call('pollEvents', { component: 'LIVE', limit: 1000 });
    return events.map(({ id, data }) => [Number(id), data]);
  };

  it('gives the ids of what it added, in the order of its calls', async () => {
    expect(await own.client.addEvent('A', { n: 1 })).toBe('1');
    expect(await own.client.addEvents([{ type: 'B' }, { type: 'C', data: [2] }])).toEqual({
      first: '2',
      last: '3',
    });
    expect(await events()).toEqual([
      [1, { n: 1 }],
      [2, null],
      [3, [2]],
    ]);
  });

  it('adds each event once, however often its answer gets lost', async () => {
    path = await lossyPath(own.node.url, 12);
    const client = createClient({ url: path.url });
    const calls = upTo(20).map((n) => client.addEvent('A', n));
    const ids = (await Promise.all(calls)).map(Number);
    expect(path.cuts).toBe(12);
    expect(new Set(ids)).toEqual(new Set(upTo(20)));
    const log = await events();
    expect(log).toHaveLength(20);
    for (const [nth, id] of ids.entries()) expect(log[id - 1]).toEqual([id, nth + 1]);
  });

  it('leaves it to its caller, without a key, what a lost answer meant', async () => {
    path = await lossyPath(own.node.url, 1);
    const client = createClient({ url: path.url });
    await expect(client.addEvent('A', 1, { idempotencyKey: null })).rejects.toMatchObject({
      code: 'ConnectError',
    });
    expect(path.cuts).toBe(1);
    expect(await client.addEvent('A', 2, { idempotencyKey: null })).toBe('2');
    expect(await events()).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('goes on through a restart of the server', async () => {
    const { port } = new URL(own.node.url);
    await own.node.app.stop();
    const adding = own.client.addEvents([{ type: 'A', data: 1 }]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const again = await own.node.another({ port: Number(port) });
    expect(await adding).toEqual({ first: '1', last: '1' });
    await again.stop();
  });

  it('refuses other content under a key that was used', async () => {
    const idempotencyKey = 'order-7';
    expect(await own.client.addEvent('A', 1, { idempotencyKey })).toBe('1');
    expect(await own.client.addEvent('A', 1, { idempotencyKey })).toBe('1');
    await expect(own.client.addEvent('A', 2, { idempotencyKey })).rejects.toMatchObject({
      code: 'IdempotencyConflict',
      details: { idempotencyKey },
    });
  });
});

describeDatabase('sqlite', 'the generator of the client', (kind) => {
  const own = clientOn(kind);

  it('gives up in time, and says under which key to go on', async () => {
    const { client } = own;
    await own.node.app.stop();
    const startedMs = performance.now();
    const error = await client.addEvent('A', 1, { retryMs: 400 }).catch((thrown) => thrown);
    expect(performance.now() - startedMs).toBeLessThan(5000);
    expect(isCallError(error)).toBe(true);
    expect(error.code).toBe('ConnectError');
    const { idempotencyKey } = error.details;
    expect(idempotencyKey).toMatch(/^[0-9a-f]{32}$/);
    const again = await own.node.another();
    const other = createClient({ url: again.url });
    expect(await other.addEvent('A', 1, { idempotencyKey })).toBe('1');
    expect(await other.addEvent('A', 1, { idempotencyKey })).toBe('1');
    await again.stop();
  });

  it('stops trying when its signal aborts', async () => {
    await own.node.app.stop();
    const stop = new AbortController();
    const adding = own.client.addEvent('A', 1, { signal: stop.signal });
    setTimeout(() => stop.abort(), 100);
    await expect(adding).rejects.toMatchObject({});
    const aborted = AbortSignal.abort(new Error('never'));
    await expect(own.client.addEvent('A', 1, { signal: aborted })).rejects.toThrow('never');
  });

  it('sends text as it is written, and values that have a JSON form', async () => {
    await own.client.addEvent('A', new JsonText('{"total": 12.50, "big": 9007199254740993}'));
    const consumer = own.client.consumer({ from: 'beginning', by: 'poll' });
    for await (const batch of consumer) {
      expect(batch.asWritten()[0]?.data).toBe('{"total": 12.50, "big": 9007199254740993}');
      break;
    }
    expect(() => new JsonText('{')).toThrow(SyntaxError);
    for (const data of [10n, () => 1, Symbol('s')]) {
      await expect(own.client.addEvent('A', data)).rejects.toMatchObject({
        code: 'InvalidRequest',
      });
    }
  });

  it('names what was wrong with a call', async () => {
    const { client } = own;
    await expect(client.addEvent('no spaces')).rejects.toMatchObject({ code: 'InvalidRequest' });
    await expect(client.addEvents([])).rejects.toMatchObject({ code: 'InvalidRequest' });
    await expect(client.addEvent('A', 1, { stream: 'none' })).rejects.toMatchObject({
      code: 'StreamNotFound',
    });
    const nobody = createClient({ url: 'http://127.0.0.1:1' });
    await expect(nobody.streamInfo()).rejects.toMatchObject({ code: 'ConnectError' });
  });
});
