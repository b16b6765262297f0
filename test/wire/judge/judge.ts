// The parent's side of the outside judge: a child process that holds the unmodified clients (process/main.cjs).
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { until } from '../../support/until.ts';
import { installClients } from './install.ts';

export interface FutoinEvent {
  readonly id: string;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  readonly data: any;
  readonly ts: string;
}

export interface Peer {
  readonly endpoint: string;
  readonly credentials?: string | null;
  /** The options of the package's faces and receivers: version, coder, component, want ... */
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface Heard {
  readonly text: string;
  readonly isIncoming: boolean;
}

/** The error of a call that failed in the child; `code` is the FutoIn error. */
class FutoinError extends Error {
  readonly code: string;
  constructor({ code, message }: { code: string; message: string }) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** What a receiver's application says to a batch: null when it is well, else the error. */
export type OnBatch = (events: readonly FutoinEvent[]) => Promise<string | null> | string | null;

export interface Receiver {
  /** As they came, repeated ones too. */
  readonly batches: readonly (readonly FutoinEvent[])[];
  readonly events: readonly FutoinEvent[];
  /** The workerErrors and receiverErrors. */
  readonly failures: readonly { failed: string; code: string; info: string | null }[];
  /** How many events an archiver has written. */
  readonly archived: number;
  /** How often it has connected and subscribed. */
  readonly readyCount: number;
  ready(): Promise<void>;
  stop(): Promise<void>;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class Judge {
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  readonly #reports = new EventEmitter();
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#reports.setMaxListeners(0);
    this.#exited = once(child, 'exit').then(([code]) => {
      const gone = new FutoinError({ code: 'JudgeGone', message: `ended with ${code}` });
      for (const { reject } of this.#waiting.values()) reject(gone);
      this.#waiting.clear();
      return code;
    });
    // biome-ignore lint/suspicious/noExplicitAny: as the child has sent it
    child.on('message', ({ id, result, error, about, ...report }: any) => {
      if (about !== undefined) return void this.#reports.emit(about, report);
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new FutoinError(error));
    });
  }

  static async start(): Promise<Judge> {
    const env = {
      PATH: process.env.PATH ?? '',
      NODE_PATH: await installClients(),
      // The clients are of another time and warn about themselves.
      NODE_NO_WARNINGS: '1',
    };
    const child = fork(join(__dirname, 'process/main.cjs'), {
      env,
      execArgv: [],
      stdio: ['ignore', process.env.JUDGE_OUTPUT ? 'inherit' : 'ignore', 'inherit', 'ipc'],
    });
    return new Judge(child);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Ends the process with all its connections, as a crash would. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  get exited(): Promise<number | null> {
    return this.#exited;
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  ask(verb: string, params: object): Promise<any> {
    if (!this.#child.connected) throw new Error('The judge is gone.');
    this.#calls += 1;
    const id = this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, verb, params });
    });
  }

  /** Registers a face; with `heard` it also collects the face's raw messages. */
  async face(face: 'gen' | 'poll' | 'push', peer: Peer, heard?: Heard[]): Promise<Face> {
    const handle = await this.ask('open', { face, ...peer, isSniffed: heard !== undefined });
    if (heard) this.#reports.on(`face ${handle}`, (report: Heard) => heard.push(report));
    return new Face(this, handle);
  }

  /** Starts a receiver. With `onBatch` its application decides about each batch; without, it takes everything. */
  async receive(kind: 'live' | 'reliable', peer: Peer, onBatch?: OnBatch): Promise<Receiver> {
    const verb = { kind: onBatch ? `asking ${kind}` : kind, ...peer };
    return this.#follow(await this.ask('receive', verb), onBatch);
  }

  async archive(warehouse: object, peer: Peer): Promise<Receiver> {
    return this.#follow(await this.ask('archive', { warehouse, ...peer }));
  }

  #follow(handle: number, onBatch?: OnBatch): Receiver {
    const batches: FutoinEvent[][] = [];
    const failures: { failed: string; code: string; info: string | null }[] = [];
    let readyCount = 0;
    let archived = 0;
    // biome-ignore lint/suspicious/noExplicitAny: as the child has sent it
    this.#reports.on(`receiver ${handle}`, async (report: any) => {
      if (report.ready) readyCount += 1;
      if (report.archived) archived += report.archived;
      if (report.failed) failures.push(report);
      if (!report.events) return;
      batches.push(report.events);
      if (report.batch === null || !onBatch) return;
      const error = await onBatch(report.events);
      if (!this.#child.connected) return;
      // It may be killed in this very moment.
      await this.ask('answer', { batch: report.batch, error }).catch(() => {});
    });
    return {
      batches,
      failures,
      get events() {
        return batches.flat();
      },
      get readyCount() {
        return readyCount;
      },
      get archived() {
        return archived;
      },
      ready: async () => void (await until(() => readyCount > 0)),
      stop: () => this.ask('stopReceiver', { handle }),
    };
  }
}

/** One registered face; its functions take their arguments by position, as those of the package do. */
export class Face {
  readonly #judge: Judge;
  readonly #handle: number;

  constructor(judge: Judge, handle: number) {
    this.#judge = judge;
    this.#handle = handle;
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  call(name: string, ...args: unknown[]): Promise<any> {
    return this.#judge.ask('call', { handle: this.#handle, name, args });
  }

  /** With parameters by name, so that some may be left out. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  callWith(name: string, params: object): Promise<any> {
    return this.#judge.ask('callWith', { handle: this.#handle, name, params });
  }

  addEvent(type: string, data: unknown): Promise<string> {
    return this.call('addEvent', type, data);
  }

  registerConsumer(component: string): Promise<boolean> {
    return this.call('registerConsumer', component);
  }

  pollEvents(
    component: string,
    lastId: string | null = null,
    want: readonly string[] | null = null,
  ): Promise<FutoinEvent[]> {
    return this.call('pollEvents', component, lastId, want);
  }

  /**
   * The same poll again until it gives so many: a page may be some milliseconds behind what was added, and repeats
   * what is not acknowledged.
   */
  async pollFor(
    count: number,
    component: string,
    lastId: string | null = null,
    want: readonly string[] | null = null,
  ): Promise<FutoinEvent[]> {
    return until(async () => {
      const page = await this.pollEvents(component, lastId, want);
      return page.length >= count && page;
    });
  }

  close(): Promise<void> {
    return this.#judge.ask('close', { handle: this.#handle });
  }
}
