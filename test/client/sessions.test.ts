// Connections that end in the middle of a batch: what was handled counts, and nothing of before is handed over.

import type { ReceivedBatch } from '../../src/client/index.ts';
import { createClient } from '../../src/client/index.ts';
import { describeDrawnDatabase } from '../support/databases.ts';
import { pause } from '../support/pause.ts';
import { openTcpPath, type TcpPath } from '../support/tcp-path.ts';
import { until } from '../support/until.ts';
import { clientOn, idsOf, upTo } from './client-on.ts';

describeDrawnDatabase('a consumer whose connections end', (kind) => {
  const own = clientOn(kind, { batchMax: 10, ackTimeoutMs: 1000, checkpointMs: 100 });
  let path: TcpPath;
  beforeEach(async () => {
    path = await openTcpPath(own.node.url, (near, far) => void near.pipe(far).pipe(near));
  });
  afterEach(() => path.close());
  const cut = () => {
    for (const socket of path.sockets) socket.destroy();
  };

  it('gets on with a handler that takes longer than the server waits for its answer', async () => {
    await own.add(20);
    const handled: number[] = [];
    const run = own.client.consumer({ component: 'slow' }).run(
      async (batch) => {
        await pause(1300);
        handled.push(...idsOf([batch]));
      },
      { signal: own.stop.signal },
    );
    await until(() => handled.length >= 20);
    expect(handled).toEqual(upTo(20));
    own.stop.abort();
    await run;
    expect(await own.cursorOf('slow')).toBe('20');
  });

  it('never goes back or hands over what came before, with many batches under way', async () => {
    await own.add(300);
    const client = createClient({ url: path.url });
    const handled: number[] = [];
    const consumer = client.consumer({ component: 'many', batchesInFlightMax: 5 });
    const run = consumer.run(
      async (batch) => {
        await pause(5);
        handled.push(...idsOf([batch]));
        if (handled.length % 70 === 0) cut();
      },
      { signal: own.stop.signal },
    );
    await until(() => handled.length >= 300);
    expect(handled).toEqual(upTo(300));
    expect(consumer.position?.id).toBe('300');
    own.stop.abort();
    await run;
  });

  it('calls its handler no more when the run is over', async () => {
    await own.add(50);
    let calls = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const run = own.client
      .consumer({ component: 'over', batchesInFlightMax: 5, settleMs: 100 })
      .run(async () => {
        calls += 1;
        await held;
      });
    await until(() => calls === 1);
    const newer = own.client.consumer({ component: 'over' });
    const reading = newer.run(() => {}, { signal: own.stop.signal });
    await expect(run).rejects.toMatchObject({ code: 'ConsumerBusy' });
    release();
    await pause(100);
    expect(calls).toBe(1);
    own.stop.abort();
    await reading;
  });

  it('answers the batch at hand before it leaves, where nobody may poll', async () => {
    const pushing = await own.node.another({ allowPolling: false });
    const client = createClient({ url: pushing.url });
    await own.add(5);
    const stop = new AbortController();
    const got: ReceivedBatch[] = [];
    await client.consumer({ component: 'pushed' }).run(
      async (batch) => {
        stop.abort();
        await pause(100);
        got.push(batch);
      },
      { signal: stop.signal },
    );
    // A node that has just begun may not have seen all of them when it sends the first.
    expect(got).toHaveLength(1);
    expect(idsOf(got)).toEqual(upTo(Number(got[0]?.upTo)));
    await until(async () => (await own.cursorOf('pushed')) === got[0]?.upTo);
  });
});
