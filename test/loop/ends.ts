// Where events go in the loop: the warehouse, files, NATS, a consumer that keeps effects in a database of its own, and
// consumers that only say what they were told.
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '../../src/client/index.ts';
import type { Settings } from '../../src/config/load.ts';
import { PLACE } from '../crash/effects.ts';
import { spawnScript } from '../crash/script.ts';
import { lastingPort } from '../support/free-port.ts';
import { readJetStream } from '../support/jet-stream.ts';
import { startNode } from '../support/node-process.ts';
import { call } from '../support/rpc.ts';
import { checkMetas, linesOfSegments } from '../support/segments.ts';
import { openSqlSession, type SqlSession } from '../support/sql-session.ts';
import { until } from '../support/until.ts';
import { Participant, type Running } from './participant.ts';
import type { Place } from './place.ts';

const CONSUMER = join(__dirname, '../crash/effects-consumer.mjs');
const DRAIN_MS_MAX = 240_000;

export interface EventText {
  readonly id: number;
  readonly data: string;
}

export interface All {
  readonly history: readonly EventText[];
  readonly kept: readonly EventText[];
  readonly files: readonly EventText[];
  readonly published: readonly EventText[];
  /** Each time that it was told one. */
  readonly told: readonly number[];
  readonly watched: readonly number[];
}

export class Ends {
  readonly participants: readonly Participant[];
  readonly urls: readonly string[];
  readonly #place: Place;
  readonly #own: SqlSession;
  readonly #told: number[] = [];
  readonly #watched: number[] = [];
  readonly #end = new AbortController();
  #watching: Promise<void> = Promise.resolve();

  private constructor(place: Place, own: SqlSession, ports: readonly number[]) {
    const { kind, ownUrl, nats } = place;
    this.#place = place;
    this.#own = own;
    this.urls = ports.map((port) => `http://127.0.0.1:${port}`);
    const node = (name: string, settings: Partial<Settings>, command: string[]) =>
      new Participant(name, () => this.#startNode(settings, command));
    this.participants = [
      ...ports.map((port, nth) => node(`node ${nth}`, { port, readArchive: true }, ['serve'])),
      node('archiver', {}, ['archive']),
      node('discarder', {}, ['discard']),
      new Participant('relay', () => this.#startRelay()),
      new Participant('nats', async () => {
        if (this.#isNatsDown) await nats.start();
        this.#isNatsDown = false;
        return {
          kill: async () => {
            await nats.crash();
            this.#isNatsDown = true;
            this.#natsKills += 1;
          },
        };
      }),
      new Participant('consumer', async () => {
        const child = spawnScript(CONSUMER, [this.urls[0] ?? '', kind, ownUrl]);
        const lines = createInterface({ input: child.stdout });
        const closed = once(lines, 'close');
        lines.on('line', (line) => this.#told.push(...JSON.parse(line)));
        return {
          kill: async () => {
            child.kill('SIGKILL');
            await closed;
          },
        };
      }),
    ];
  }

  #isNatsDown = false;
  #natsKills = 0;

  static async open(place: Place): Promise<Ends> {
    const own = await openSqlSession(place.kind, place.ownUrl);
    await own.run(
      `create table effects (place ${PLACE[place.kind]}, event_id varchar(18) not null, data varchar(100) not null)`,
    );
    return new Ends(place, own, [await lastingPort(), await lastingPort()]);
  }

  async #startNode(settings: Partial<Settings>, command: string[]): Promise<Running> {
    const node = await startNode({ ...this.#settings, ...settings }, command);
    return { kill: () => node.end('SIGKILL') };
  }

  /** A sink whose place is away at the start is refused; whoever supervises the relay starts it again. */
  async #startRelay(): Promise<Running> {
    const sinks = JSON.stringify(this.#sinks) as unknown as Settings['sinks'];
    for (;;) {
      const [wasDown, kills] = [this.#isNatsDown, this.#natsKills];
      try {
        return await this.#startNode({ sinks }, ['relay']);
      } catch (error) {
        if (!wasDown && this.#natsKills === kills) throw error;
      }
    }
  }

  /** Nodes first: they make the tables; and nothing is discarded before all who read are registered. */
  async start(): Promise<void> {
    const [node, ...others] = this.participants;
    await node?.start();
    for (const component of ['kept', 'told', 'watch']) {
      await call(this.urls[0] ?? '', 'registerConsumer', { component });
    }
    for (const each of others) await each.start();
    this.#watching = this.#watch(this.urls[1] ?? '');
  }

  /** Waits until all have everything and nothing is left in the queue; gives how many events there are. */
  async drain(sql: SqlSession): Promise<number> {
    const url = this.urls[0] ?? '';
    await until(async () => Number((await call(url, 'streamInfo')).inbox) === 0, DRAIN_MS_MAX);
    const last = Number((await call(url, 'streamInfo')).last);
    const cursors = async () =>
      (await sql.run('select min(last_evt_id) as n from evt_consumers')).map(({ n }) =>
        Number(n),
      )[0];
    await until(async () => (await cursors()) === last, DRAIN_MS_MAX);
    await until(
      async () => Number((await call(url, 'streamInfo')).discarded_up_to) === last,
      DRAIN_MS_MAX,
    );
    await until(() => this.#told.at(-1) === last && this.#watched.at(-1) === last, DRAIN_MS_MAX);
    return last;
  }

  async all(): Promise<All> {
    const { kind, warehouseUrl, folder, nats } = this.#place;
    const warehouse = await openSqlSession(kind, warehouseUrl);
    const history = await warehouse.run('select id, data from evt_history order by id');
    await warehouse.close();
    const kept = await this.#own.run('select event_id as id, data from effects order by place');
    const published = await readJetStream(nats.url);
    return {
      history: history.map(({ id, data }) => ({ id: Number(id), data: textOf(data) })),
      kept: kept.map(({ id, data }) => ({ id: Number(id), data: String(data) })),
      files: linesOfSegments(folder).map(({ id, data }) => ({
        id: Number(id),
        data: JSON.parse(data),
      })),
      published: published
        .filter(({ msgId }) => msgId !== '')
        .map(({ id, text }) => ({ id, data: JSON.parse(text).data })),
      told: this.#told,
      watched: this.#watched,
    };
  }

  /** Each has the events once and in order, those that are only told at least once. */
  check({ history, kept, files, published, told, watched }: All): void {
    expect(history.findIndex(({ id }, nth) => id !== nth + 1)).toBe(-1);
    for (const each of [kept, files, published]) {
      expect(each.length).toBe(history.length);
      const wrong = each.findIndex(
        ({ id, data }, nth) => id !== nth + 1 || data !== history[nth]?.data,
      );
      expect(wrong).toBe(-1);
    }
    checkMetas(this.#place.folder);
    for (const each of [told, watched]) {
      let reached = 0;
      for (const id of each) {
        expect(id).toBeLessThanOrEqual(reached + 1);
        reached = Math.max(reached, id);
      }
      expect(reached).toBe(history.length);
    }
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#watching;
    await this.#own.close();
  }

  get #settings(): Partial<Settings> {
    const { databaseUrl, warehouseUrl } = this.#place;
    return { databaseUrl, warehouseUrl, workerPeriodMs: 50, logLevel: 'silent' };
  }

  get #sinks(): object[] {
    const { folder, nats } = this.#place;
    return [
      { name: 'files', type: 'file', dir: folder, segmentBytes: 1_000_000 },
      { name: 'nats', type: 'nats', servers: nats.url },
    ];
  }

  /** A consumer of this process, whose node comes and goes. */
  async #watch(url: string): Promise<void> {
    const { signal } = this.#end;
    await createClient({ url })
      .consumer({ component: 'watch' })
      .run(
        ({ events, missed }) => {
          expect(missed).toBeNull();
          for (const { id } of events) this.#watched.push(Number(id));
        },
        { signal },
      );
  }
}

/** PostgreSQL gives JSON parsed. */
function textOf(data: unknown): string {
  const text = String(data);
  return text.startsWith('"') ? JSON.parse(text) : text;
}
