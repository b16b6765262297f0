// A dump that was made in the middle of a run is restored into a new database, and the service goes on with it: what
// was added behind the dump is lost, and whoever has got it is told so.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type ReceivedBatch } from '../../src/client/index.ts';
import type { Settings } from '../../src/config/load.ts';
import { createDatabase, type DatabaseKind, describeDrawnDatabase } from '../support/databases.ts';
import { dumpDatabase, dumpProblem } from '../support/dump.ts';
import { runCommand, startNode } from '../support/node-process.ts';
import { SseClient } from '../support/sse.ts';
import { until } from '../support/until.ts';

const DUMPED = 30;
const LOST = 20;
const NEW = 40;

describeDrawnDatabase('a database that is restored from a dump', (kind) => {
  const problem = dumpProblem(kind);
  if (problem === null) restored(kind);
  else if (process.env.CI) throw new Error(problem);
  else it.skip(`(skipped, ${problem})`, () => {});
});

function restored(kind: DatabaseKind): void {
  it('goes on with dense ids, and nobody takes one event for another', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'aftercommit-restored-'));
    const files = { type: 'file', name: 'copy', dir: join(folder, 'files') };
    const settings: Partial<Settings> = { logLevel: 'silent', sinks: [files] };
    const database = await createDatabase(kind);
    let node = await startNode({ ...settings, databaseUrl: database.url });
    const before = createClient({ url: node.url });
    const first = reads(before);
    await before.addEvents(Array(DUMPED).fill({ type: 'T', data: 'kept' }));
    await until(() => first.heard.length === DUMPED);
    await until(async () => Number((await before.listConsumers())[0]?.cursor) === DUMPED);
    const dump = await dumpDatabase(kind, database.url);
    await before.addEvents(Array(LOST).fill({ type: 'T', data: 'lost' }));
    await until(() => first.heard.length === DUMPED + LOST);
    await first.stop();
    await node.end('SIGTERM');

    const restored = await dump.restore();
    // PostgreSQL tells by itself that it is another database.
    if (kind !== 'postgres') await runCommand(['epoch', 'begin'], { databaseUrl: restored.url });
    node = await startNode({ ...settings, databaseUrl: restored.url });
    const client = createClient({ url: node.url });
    await client.addEvents(Array(NEW).fill({ type: 'T', data: 'new' }));
    const { epoch, forks, last } = await client.streamInfo();
    expect(forks).toEqual([{ epoch, began_after: String(DUMPED) }]);
    expect(last).toBe(String(DUMPED + NEW));

    const next = reads(client);
    await until(() => next.heard.length === NEW);
    expect(next.heard).toEqual(Array.from({ length: NEW }, (_, nth) => `new ${DUMPED + 1 + nth}`));
    await next.stop();
    const position = { id: String(DUMPED + LOST), epoch: 1 };
    await expect(client.consumer({ position }).run(() => {})).rejects.toMatchObject({
      code: 'HistoryForked',
      details: { at: String(DUMPED), epoch },
    });
    const stream = await SseClient.open(`${node.url}/streams/events`, { 'last-event-id': '50' });
    await until(() => stream.events.length === NEW);
    expect(stream.frames[0]).toMatchObject({
      event: 'reset',
      data: { reason: 'forked', oldest: String(DUMPED + 1) },
    });
    stream.close();
    // The file sink has lines of lost events: it stops there, and says so.
    await until(async () => {
      const metrics = await fetch(`${node.url}/metrics`).then((answer) => answer.text());
      return /aftercommit_sink_errors_total\{[^}]*sink="copy"[^}]*\} [1-9]/.test(metrics);
    });
    await node.end('SIGKILL');
    await dump.remove();
    await restored.drop();
    await database.drop();
    await rm(folder, { recursive: true });
  }, 120_000);
}

/** What a registered consumer hears. */
function reads(client: ReturnType<typeof createClient>) {
  const ending = new AbortController();
  const heard: string[] = [];
  const run = client
    .consumer({ component: 'c' })
    .run(
      ({ events }: ReceivedBatch) => heard.push(...events.map(({ id, data }) => `${data} ${id}`)),
      {
        signal: ending.signal,
      },
    );
  return {
    heard,
    stop: () => {
      ending.abort();
      return run;
    },
  };
}
