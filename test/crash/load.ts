// A node at work: callers, an application with transactions of its own, and a reader; and what must be true of them
// whatever happened to the database meanwhile.
import type { DatabaseKind } from '../support/databases.ts';
import { call } from '../support/rpc.ts';
import { until } from '../support/until.ts';
import { Callers } from './callers.ts';
import { openSaid, type ProducerProcess, startProducer } from './producer-process.ts';
import { Reader } from './reader.ts';

const PLAIN_CALLERS = 6;
const KEYED_CALLERS = 3;
const WRITERS = 3;
/** What each kind of work must get done to count as going on. */
const STEPS = 10;

export class Load {
  readonly callers: Callers;
  readonly reader: Reader;
  readonly said = openSaid();
  readonly #url: string;
  readonly #producer: ProducerProcess;

  private constructor(url: string, producer: (load: Load) => ProducerProcess) {
    this.#url = url;
    this.callers = new Callers(url);
    this.reader = new Reader(url, 'c');
    this.#producer = producer(this);
  }

  static async start(kind: DatabaseKind, databaseUrl: string, nodeUrl: string): Promise<Load> {
    const load = new Load(nodeUrl, ({ said }) =>
      startProducer({ kind, url: databaseUrl, name: 'tx', writers: WRITERS, said }),
    );
    await load.reader.start();
    load.callers.start(PLAIN_CALLERS, KEYED_CALLERS);
    return load;
  }

  /** Waits until calls are answered, transactions committed, and events received. */
  async goesOn(): Promise<void> {
    const done = () => [
      this.callers.answered.size,
      this.said.committed.size,
      this.reader.data.length,
    ];
    const before = done();
    await until(() => done().every((count, place) => count >= (before[place] ?? 0) + STEPS));
  }

  /** Waits until calls are refused. */
  async isRefused(): Promise<void> {
    const before = this.callers.refusals;
    await until(() => this.callers.refusals >= before + STEPS);
  }

  /**
   * Ends all but the reader, who is waited for until it has everything; then checks what came of it. The reader stays:
   * what it has may not be acknowledged yet, and a transaction may turn out to be committed whose writer was killed.
   */
  async finish(): Promise<void> {
    await Promise.all([this.#producer.kill(), this.callers.stop()]);
    await this.#untilAllIsRead();
    this.#check();
  }

  /** Ends whatever still goes on, without a look at it. */
  async abandon(): Promise<void> {
    this.callers.abandon();
    await Promise.all([this.#producer.kill(), this.reader.stop()]);
  }

  /** An inbox that holds more is emptied a step at a time. */
  async #untilAllIsRead(): Promise<void> {
    const { committed } = this.said;
    const { data } = this.reader;
    await until(async () => {
      const { last } = await call(this.#url, 'streamInfo');
      if (data.length < Number(last)) return false;
      const seen = new Set(data);
      return [...committed].every((each) => seen.has(each));
    });
  }

  #check(): void {
    const { data, faults } = this.reader;
    const { answered, asked } = this.callers;
    expect(faults).toEqual([]);
    const missing = [...answered].filter(([each, id]) => data[Number(id) - 1] !== each);
    expect(missing).toEqual([]);
    expect(new Set(data).size).toBe(data.length);
    const unasked = data.filter((each) => !asked.has(each as string) && !this.#wasWritten(each));
    expect(unasked).toEqual([]);
  }

  #wasWritten(data: unknown): boolean {
    const { said } = this;
    return said.asked.has(data as string) && !said.undone.has(data as string);
  }
}
