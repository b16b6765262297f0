// A database that is away for a while under load: calls are refused and not kept, and when it is back everybody goes on
// by themselves, archiver and discarder too. OUTAGE_SECONDS sets how long (3 by default).
import { readFile } from 'node:fs/promises';
import { describeDrawnServer } from '../support/databases.ts';
import { call } from '../support/rpc.ts';
import { until } from '../support/until.ts';
import { CALL_MS_MAX, ownDatabase } from './own-database.ts';

const OUTAGE_MS = Number(process.env.OUTAGE_SECONDS ?? 3) * 1000;
const QUEUE_MAX = 1000;
const FLOODERS = 4;
/** A node without a bound would hold what it was called with: some 100 MB a second. */
const GROWTH_BYTES_MAX = 400_000_000;

/** Where the system does not tell, always 0. */
async function memoryBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1] ?? 0) * 1024;
}

describeDrawnServer('a database that is away for a while', (kind) => {
  const own = ownDatabase(kind, {
    settings: async (server) => ({
      warehouseUrl: await server.createDatabase(),
      archiver: true,
      discarder: true,
      workerPeriodMs: 50,
      queueMax: QUEUE_MAX,
    }),
  });

  const metric = async (name: string) => {
    const text = await (await fetch(`${own.node.url}/metrics`)).text();
    return Number(new RegExp(`^\\w*${name}(?:{.*})? (\\S+)$`, 'm').exec(text)?.[1]);
  };
  /** Calls of many large events, one after the other, until `deadlineMs`. */
  const flood = async (deadlineMs: number) => {
    const events = Array.from({ length: QUEUE_MAX }, () => ({
      type: 'T',
      data: 'x'.repeat(1000),
    }));
    const codes = new Set<string>();
    while (performance.now() < deadlineMs) {
      await call(own.node.url, 'addEvents', { events }).catch((error) =>
        codes.add(error.data.code),
      );
    }
    return codes;
  };

  it('costs bounded memory, and consumers, archiver and discarder come back by themselves', async () => {
    const load = await own.startLoad();
    const { callers } = load;
    await load.goesOn();
    const before = await memoryBytes(own.node.pid);
    await own.server.halt();
    await load.isRefused();
    const deadlineMs = performance.now() + OUTAGE_MS;
    const codes = await Promise.all(Array.from({ length: FLOODERS }, () => flood(deadlineMs)));
    expect(await metric('flush_queue_events')).toBeLessThanOrEqual(QUEUE_MAX);
    const grown = (await memoryBytes(own.node.pid)) - before;
    expect(grown).toBeLessThan(GROWTH_BYTES_MAX);
    await own.server.start();
    await load.goesOn();
    await load.finish();
    console.info(
      `${kind}: grown by ${grown >> 20} MiB, slowest call ${Math.round(callers.slowestMs)} ms`,
      callers.refused,
    );
    const clear = ['DefenseRejected', 'OutcomeUnknown', 'StoreUnavailable'];
    const told = [...callers.refused.keys(), ...codes.flatMap((each) => [...each])];
    expect(told.filter((code) => !clear.includes(code))).toEqual([]);
    expect(callers.slowestMs).toBeLessThan(CALL_MS_MAX);
    // Nothing is discarded that is not archived.
    await until(async () => {
      const { last, discarded_up_to } = await call(own.node.url, 'streamInfo');
      return discarded_up_to === last;
    }, 60_000);
  }, 600_000);
});
