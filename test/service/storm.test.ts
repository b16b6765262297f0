// Consumers that come and go while writers write and roll back: everybody has exactly what was committed, in the same
// order. STORM_EVENTS sets how many events (400 by default).
import { type DatabaseKind, describeDrawnDatabase } from '../support/databases.ts';
import { openRandom, type Random } from '../support/random.ts';
import { call, type Pushed, type RpcAnswer, RpcSocket } from '../support/rpc.ts';
import { openSqlSession } from '../support/sql-session.ts';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';

const EVENTS = Number(process.env.STORM_EVENTS ?? 400);
const WRITERS = 8;
const CONSUMERS = 20;
const TIMEOUT_MS = 600_000;

/** Adds events by call, up to 20 at a time; gives what was committed. */
async function writeByCalls(
  url: string,
  count: number,
  name: string,
  random: Random,
): Promise<string[]> {
  const written: string[] = [];
  while (written.length < count) {
    const events = Array.from({ length: 1 + random.below(20) }, (_, nth) => ({
      type: 'CALL',
      data: `${name} ${written.length + nth}`,
    }));
    await call(url, 'addEvents', { events });
    written.push(...events.map((event) => event.data));
  }
  return written;
}

/** Adds events in transactions, every fifth of them rolled back; gives what was committed. */
async function writeByTransactions(
  kind: DatabaseKind,
  url: string,
  count: number,
  name: string,
  random: Random,
): Promise<string[]> {
  const sql = await openSqlSession(kind, url);
  const committed: string[] = [];
  let nth = 0;
  while (committed.length < count) {
    const data = Array.from({ length: 1 + random.below(20) }, () => `${name} ${nth++}`);
    await sql.run(kind === 'sqlite' ? 'begin immediate' : 'begin');
    for (const text of data) await sql.insertEvent('TX', JSON.stringify(text));
    if (random.chance(0.2)) await sql.run('rollback');
    else {
      await sql.run('commit');
      committed.push(...data);
    }
    // SQLite has one writer: who never pauses starves the others.
    await new Promise((resolve) => setTimeout(resolve, random.below(4)));
  }
  await sql.close();
  return committed;
}

/** A consumer that keeps nothing but what it has acknowledged, and is disconnected at random. */
class Wanderer {
  readonly got: { id: string; data: string }[] = [];
  readonly #name: string;
  readonly #urls: readonly string[];
  readonly #random: Random;

  constructor(name: string, urls: readonly string[], random: Random) {
    this.#name = name;
    this.#urls = urls;
    this.#random = random;
  }

  async run(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      const url = this.#urls[this.#random.below(this.#urls.length)] as string;
      if (this.#random.chance(0.5)) await this.#push(url, isDone);
      else await this.#poll(url);
    }
  }

  /** What was sent again is there already; anything else must follow without a hole. */
  #take(events: Pushed['params']['events']): void {
    for (const { id, data } of events) {
      const expected = this.got.length + 1;
      if (Number(id) > expected) throw new Error(`${this.#name} got ${id} instead of ${expected}`);
      if (Number(id) < expected) expect(this.got[Number(id) - 1]?.data).toBe(data);
      else this.got.push({ id, data: data as string });
    }
  }

  async #push(url: string, isDone: () => boolean): Promise<void> {
    let batches = this.#random.below(15);
    let failure: unknown = null;
    const socket = await RpcSocket.open(url, ({ params }) => {
      try {
        this.#take(params.events);
      } catch (error) {
        failure = error;
      }
      batches -= 1;
      if (batches > 0 && failure === null) return true;
      socket.socket.terminate();
      return undefined;
    });
    const inFlight = 1 + this.#random.below(4);
    const gone = socket.closed.then(() => true);
    const subscribing = socket.call('readyToReceive', {
      component: this.#name,
      max_in_flight: inFlight,
    });
    const isRefused = await Promise.race([gone, subscribing]).then(() => false, isBusy);
    if (isRefused) socket.socket.terminate();
    while (!isDone() && !(await Promise.race([gone, pause(20)]))) {}
    socket.socket.terminate();
    await gone;
    if (failure !== null) throw failure;
  }

  async #poll(url: string): Promise<void> {
    const component = this.#name;
    let last: string | null = null;
    for (let nth = this.#random.below(6); nth >= 0; nth -= 1) {
      const answer = await call(url, 'pollEvents', { component, last_id: last, wait_ms: 20 });
      this.#take(answer.events);
      last = answer.up_to;
    }
  }
}

/**
 * A node that has not noticed yet that the socket before is gone calls the next one a takeover, and refuses it after
 * the third: the consumer goes away and comes back by another way. Any other refusal is a failure.
 */
function isBusy(error: RpcAnswer['error']): true {
  if (error.data?.code !== 'ConsumerBusy') throw error;
  return true;
}

const pause = (ms: number) => new Promise<false>((resolve) => setTimeout(() => resolve(false), ms));

describeDrawnDatabase('a storm', (kind) => {
  let node: StartedApp;
  beforeEach(async () => {
    node = await startApp(kind, { archiver: true, discarder: true });
  });
  afterEach(() => node.stop());

  it(
    `of ${CONSUMERS} consumers and ${WRITERS} writers loses, doubles and reorders nothing`,
    async () => {
      const random = openRandom();
      console.info(`storm on ${kind}: SEED=${random.seed}`);
      const other = await node.another();
      const urls = [node.url, other.url];
      const consumers = Array.from(
        { length: CONSUMERS },
        (_, nth) => new Wanderer(`w${nth}`, urls, openRandom(random.seed + nth)),
      );
      for (let nth = 0; nth < CONSUMERS; nth += 1) {
        await call(node.url, 'registerConsumer', { component: `w${nth}` });
      }
      let total = Number.POSITIVE_INFINITY;
      const consuming = Promise.all(
        consumers.map((consumer) => consumer.run(() => consumer.got.length >= total)),
      );
      const share = EVENTS / WRITERS;
      const writing = Promise.all(
        Array.from({ length: WRITERS }, (_, nth) => {
          const own = openRandom(random.seed + 1000 + nth);
          const name = `writer ${nth}`;
          return nth % 2 === 0
            ? writeByCalls(urls[nth % 4 === 0 ? 0 : 1] as string, share, name, own)
            : writeByTransactions(kind, node.settings.databaseUrl, share, name, own);
        }),
      );
      // A consumer that fails must not leave the test waiting for the others.
      const written = await Promise.race([writing, consuming.then(() => writing)]);
      total = written.flat().length;
      await consuming;

      const first = consumers[0]?.got ?? [];
      expect(first.length).toBe(total);
      expect(first.map((event) => event.data).sort()).toEqual(written.flat().sort());
      for (const consumer of consumers) expect(consumer.got).toEqual(first);
      for (const [nth, own] of written.entries()) {
        const seen = first
          .map((event) => event.data)
          .filter((data) => data.startsWith(`writer ${nth} `));
        expect(seen).toEqual(own);
      }
      for (let nth = 0; nth < CONSUMERS; nth += 1) {
        await call(node.url, 'pollEvents', { component: `w${nth}`, last_id: String(total) });
      }
      await until(
        async () => (await call(node.url, 'streamInfo')).discarded_up_to === String(total),
      );
      const sql = await openSqlSession(kind, node.settings.warehouseUrl);
      const [history] = await sql.run(
        'select count(*) as n, min(id) as low, max(id) as high from evt_history',
      );
      await sql.close();
      expect([history?.n, history?.low, history?.high].map(Number)).toEqual([total, 1, total]);
    },
    TIMEOUT_MS,
  );
});
