// As many conflicts as can be: steps at every server of a cluster at the same time, with calls, calls with a key, and
// applications at work. Each step must be told what became of it.
import { Store } from '../../src/store/store.ts';
import { openSession } from '../history/session.ts';
import { pause } from '../support/pause.ts';
import { openSqlSession } from '../support/sql-session.ts';
import type { GaleraCluster } from './galera-cluster.ts';

const SECONDS = 15;
/** Between two transactions of an application. */
const PAUSE_MS = 5;

export interface Collided {
  /** What each event that was acknowledged holds, and the id that was told. */
  readonly told: ReadonlyMap<string, string | null>;
  /** What the events hold, in the order of their ids. */
  readonly log: readonly string[];
  readonly conflicts: number;
}

export async function collide(cluster: GaleraCluster): Promise<Collided> {
  const urls = await cluster.createDatabase();
  const before = await cluster.conflicts();
  const told = new Map<string, string | null>();
  const stores: Store[] = [];
  try {
    for (const database of urls) {
      const store = await Store.open({ database, poolMax: 3, timeoutMs: 10_000 });
      stores.push(store);
      await store.migrate(['main']);
    }
    const endMs = performance.now() + SECONDS * 1000;
    const repeat = async (name: string, add: (data: string) => Promise<string | null>) => {
      for (let nth = 0; performance.now() < endMs; nth += 1) {
        const data = `"${name} ${nth}"`;
        told.set(data, await add(data));
      }
    };
    await Promise.all([
      ...stores.map((store, nth) => repeat(`call ${nth}`, (data) => append(store, data))),
      ...stores.map((store, nth) => repeat(`key ${nth}`, (data) => appendKeyed(store, data))),
      ...urls.map(async (url, nth) => {
        const session = await openSession('mysql', url);
        await repeat(`tx ${nth}`, async (data) => {
          await pause(PAUSE_MS);
          await session.run('begin');
          await session.run('insert into evt_inbox (type, data) values (?, ?)', ['T', data]);
          await session.run('commit');
          return null;
        }).finally(session.destroy);
      }),
    ]);
    const [first] = stores as [Store];
    // Behind whatever is in the inbox.
    await append(first, '"last"');
  } finally {
    for (const store of stores) await store.close();
  }
  const sql = await openSqlSession('mysql', urls[0] as string);
  const rows = await sql.run('select id, cast(data as char) as data from evt_queue order by id');
  await sql.close();
  expect(rows.map(({ id }) => Number(id))).toEqual(rows.map((_, nth) => nth + 1));
  const log = rows.map(({ data }) => String(data));
  return { told, log, conflicts: (await cluster.conflicts()) - before };
}

async function append(store: Store, data: string): Promise<string> {
  return (await store.append('main', [{ type: 'T', data }])).first;
}

async function appendKeyed(store: Store, data: string): Promise<string> {
  const call = { principal: 'p', key: data, hash: 'h', drafts: [{ type: 'T', data }] };
  const [answer] = (await store.appendKeyed('main', [call])).answers;
  if (typeof answer !== 'string') throw answer;
  return answer;
}
