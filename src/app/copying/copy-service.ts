// The copies that callers from the network ask for, carried out in the background of a node: between streams of its
// databases, and files below its export folder.
//
// One whose node has gone is taken over by whichever node looks first, at its start or a moment later; so a restart
// interrupts a copy and does not end it. Those of the command line are left to whoever began them.
import { readdir } from 'node:fs/promises';
import type { Service } from '../../base/lifecycle.ts';
import { Loop } from '../../base/loop.ts';
import type { Settings } from '../../config/load.ts';
import { isServiceError, ServiceError } from '../../contract/errors.ts';
import type { CopyFacts, StartCopyParams } from '../../contract/generated/types.ts';
import {
  type CopyDestination,
  type CopyPlace,
  type CopySource,
  destinationAt,
  sourceAt,
} from '../../relay/copy-ends.ts';
import { type CopyOrder, type CopyWish, orderOf } from '../../relay/copy-request.ts';
import { CopyRun } from '../../relay/copy-run.ts';
import { parseRemoteReference, type Reference } from '../../relay/reference.ts';
import type { CopyDesk } from '../../server/copy-desk.ts';
import { type CopyJob, copyNotFound, isFinished, requireUnfinished } from '../../store/copy-job.ts';
import type { Store } from '../../store/store.ts';
import type { Warehouse } from '../../store/warehouse.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { copyFacts } from './copy-report.ts';

export interface CopyServiceOptions {
  readonly store: Store;
  /** null: none is open here, so none is copied from or into. */
  readonly warehouse: Warehouse | null;
  readonly settings: Pick<Settings, 'exportDir'>;
  readonly telemetry: Telemetry;
  /** This process, in the destinations. */
  readonly node: string;
}

/** A copy that is there, and where. */
interface Found {
  readonly to: Reference;
  readonly destination: CopyDestination;
  readonly job: CopyJob;
}

const LEASE_MS = 10_000;
const BATCH_MAX = 500;
const LOOK_MS = 2000;
const BACKOFF = { firstMs: 1000, maxMs: 10_000 };
/** What copies of nodes are told by. */
const NODE_PREFIX = 'node ';
const NOTE = /^([A-Za-z0-9_][A-Za-z0-9_.-]{0,63})\.copy\.json$/;

export class CopyService implements Service, CopyDesk {
  readonly #options: CopyServiceOptions;
  readonly #looking: Loop;
  readonly #running = new Map<string, Promise<void>>();
  readonly #stopped = new AbortController();

  constructor(options: CopyServiceOptions) {
    const { logger, notices } = options.telemetry;
    this.#options = options;
    this.#looking = new Loop({
      backoff: BACKOFF,
      step: () => this.#takeOver(),
      onError: (error, attempt) => {
        notices.give('workerError', { worker: 'copies', stream: null, error });
        logger.warn({ error, attempt }, 'Copies could not be looked for.');
      },
    });
  }

  async start(): Promise<void> {
    await this.#looking.start();
  }

  /** Each run ends behind its batch, and is left to another process. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#looking.stop();
    await Promise.all(this.#running.values());
  }

  async begin(params: StartCopyParams): Promise<CopyFacts> {
    const order = orderOf(this.#wishOf(params), (member) => CALLED[member] ?? member);
    if ('problems' in order) throw invalid(order.problems.join('; '));
    return this.#run(order);
  }

  async list(): Promise<CopyFacts[]> {
    return (await this.#all()).map(({ job }) => copyFacts(job));
  }

  async status(name: string, to: string | undefined): Promise<CopyFacts> {
    return copyFacts((await this.#find(name, to)).job);
  }

  async pause(name: string, to: string | undefined): Promise<CopyFacts> {
    const { destination } = await this.#find(name, to);
    return copyFacts(await destination.ask(name, { status: 'paused' }));
  }

  async resume(name: string, to: string | undefined): Promise<CopyFacts> {
    const found = await this.#find(name, to);
    requireUnfinished(found.job);
    return this.#run(this.#orderOf(found));
  }

  async cancel(name: string, to: string | undefined): Promise<CopyFacts> {
    const found = await this.#find(name, to);
    const { from } = this.#orderOf(found);
    const job = await found.destination.ask(name, { status: 'cancelled' });
    await this.#sourceAt(from, job.name).letGo(job);
    return copyFacts(job);
  }

  async #run(order: CopyOrder): Promise<CopyFacts> {
    await this.#prepare(order.to);
    const run = this.#runOf(order);
    const job = await run.begin();
    // What a copy that is at its end has left to do is done in its run.
    if (isFinished(job)) return copyFacts((await run.run()).job);
    const key = keyOf(order);
    const before = this.#running.get(key);
    if (before !== undefined && job.status === 'running') return copyFacts(job);
    const asked = await this.#askToGoOn(order, job);
    // One that was told to end may be at its last batch.
    const running = Promise.resolve(before)
      .then(() => this.#work(order, run))
      .finally(() => {
        if (this.#running.get(key) === running) this.#running.delete(key);
      });
    this.#running.set(key, running);
    return copyFacts(asked);
  }

  /** From now on some node goes on with it, also when this one is killed at once. */
  async #askToGoOn({ to, name }: CopyOrder, job: CopyJob): Promise<CopyJob> {
    if (job.status === 'running') return job;
    return destinationAt(this.#placeOf(to)).ask(name, { status: 'running', node: this.#node });
  }

  /** As it stands in the destinations. */
  get #node(): string {
    return `${NODE_PREFIX}${this.#options.node}`;
  }

  async #work({ name }: CopyOrder, run: CopyRun): Promise<void> {
    const { logger } = this.#options.telemetry;
    try {
      const { job } = await run.run();
      logger.info({ copy: name, status: job.status, copied: job.copied }, 'A copy has ended.');
    } catch (error) {
      const isOthers = isServiceError(error) && error.code === 'CopyConflict';
      if (!isOthers) logger.error({ error, copy: name }, 'A copy has failed.');
    }
  }

  #runOf({ from, to, name, terms }: CopyOrder): CopyRun {
    const { idleMs, msMax } = terms;
    const { logger, metrics } = this.#options.telemetry;
    let before: number | null = null;
    return new CopyRun({
      ...{ name, terms, idleMs, msMax, leaseMs: LEASE_MS, batchMax: BATCH_MAX },
      // Nobody may be there who asks again.
      failuresMax: Number.POSITIVE_INFINITY,
      source: this.#sourceAt(from, name),
      destination: destinationAt(this.#placeOf(to)),
      node: this.#node,
      signal: this.#stopped.signal,
      whenStopped: 'running',
      onProgress: ({ copiedNow }) => {
        metrics.copied.inc({ copy: name }, copiedNow - (before ?? 0));
        before = copiedNow;
      },
      onError: (error) => logger.warn({ error, copy: name }, 'A copy could not go on.'),
    });
  }

  #sourceAt(from: Reference, copy: string): CopySource {
    const { logger } = this.#options.telemetry;
    return sourceAt(this.#placeOf(from), {
      isVerified: true,
      onInvalid: (id) =>
        logger.warn({ copy, id }, 'An event whose data is not JSON is copied as null.'),
    });
  }

  /** Goes on with what a node has left. What fails of that, in one place or with one copy, keeps it from no other. */
  async #takeOver(): Promise<number> {
    const failures: unknown[] = [];
    const trying = (work: () => Promise<void>) => work().catch((error) => failures.push(error));
    for (const to of await this.#places()) {
      await trying(async () => {
        for (const found of (await this.#in(to)).filter(isLeft)) {
          if (!this.#running.has(keyOf({ to: found.to, name: found.job.name })))
            await trying(async () => void (await this.#run(this.#orderOf(found))));
        }
      });
    }
    await trying(() => this.#freeStreams());
    if (failures.length > 0) throw failures[0];
    return LOOK_MS;
  }

  /** A run that was killed behind the end of its copy, whoever had begun it, has left the stream to nobody. */
  async #freeStreams(): Promise<void> {
    const { statuses, copies } = this.#options.store;
    for (const { name, status } of await statuses.list()) {
      if (status === 'copying') await copies.freeOfEnded(name);
    }
  }

  async #all(): Promise<Found[]> {
    const found: Found[] = [];
    for (const to of await this.#places()) found.push(...(await this.#in(to)));
    return found;
  }

  async #in(to: Reference): Promise<Found[]> {
    const jobs = await destinationAt(this.#placeOf(to)).list();
    return jobs.map((job) => {
      const at = to.kind === 'files' ? to : this.#referenceOf(`${to.database}#${job.stream}`);
      return { to: at, destination: destinationAt(this.#placeOf(at)), job };
    });
  }

  /** Wherever copies may have gone. */
  async #places(): Promise<Reference[]> {
    const { warehouse, settings } = this.#options;
    const { exportDir } = settings;
    const files = exportDir === null ? [] : await readdir(exportDir).catch(() => []);
    const names = files.flatMap((file) => NOTE.exec(file)?.[1] ?? []);
    const texts = ['active#main', ...(warehouse === null ? [] : ['warehouse#main']), ...names];
    return texts.map((text) => this.#referenceOf(text));
  }

  async #find(name: string, to: string | undefined): Promise<Found> {
    const place = to === undefined ? null : this.#referenceOf(to).text;
    const [found, ...others] = (await this.#all()).filter(
      ({ job, to: at }) => job.name === name && (place === null || at.text === place),
    );
    if (found === undefined) throw copyNotFound(name);
    if (others.length > 0) throw invalid(`there are ${others.length + 1} copies ${name}: say to`);
    return found;
  }

  #orderOf({ job, to }: Found): CopyOrder {
    return { from: this.#referenceOf(job.terms.source), to, name: job.name, terms: job.terms };
  }

  #wishOf(params: StartCopyParams): CopyWish {
    const { exportDir } = this.#options.settings;
    return {
      from: parseRemoteReference(params.from, exportDir),
      to: parseRemoteReference(params.to, exportDir),
      name: params.name ?? null,
      after: params.after ?? null,
      upTo: params.up_to ?? null,
      since: params.since ?? null,
      until: params.until ?? null,
      types: params.types ?? null,
      ids: params.ids ?? null,
      append: params.append ?? false,
      seal: params.seal ?? null,
      follow: params.follow ?? false,
      eventsMax: params.max_events ?? null,
      idleMs: params.idle_ms ?? null,
      msMax: params.max_ms ?? null,
    };
  }

  #referenceOf(text: string): Reference {
    const found = parseRemoteReference(text, this.#options.settings.exportDir);
    if ('problem' in found) throw invalid(`${text} ${found.problem}`);
    return found;
  }

  async #prepare(to: Reference): Promise<void> {
    const { store, warehouse } = this.#options;
    if (to.kind === 'queue') await store.migrate([to.stream]);
    if (to.kind === 'history') await warehouse?.migrate([to.stream]);
  }

  #placeOf(reference: Reference): CopyPlace {
    const { store, warehouse } = this.#options;
    if (reference.kind === 'files') return { reference };
    if (reference.kind === 'queue') return { reference, store };
    if (warehouse !== null) return { reference, warehouse };
    throw invalid(
      `${reference.text}: this node has no warehouse open, which archiver or readArchive do`,
    );
  }
}

/** A node was to be at work on it, and is not. */
function isLeft({ job: { status, isHeld, node } }: Found): boolean {
  return status === 'running' && !isHeld && node?.startsWith(NODE_PREFIX) === true;
}

/** Of members that have another name on the wire. */
const CALLED: Partial<Record<keyof CopyWish, string>> = {
  ...{ upTo: 'up_to', idleMs: 'idle_ms', msMax: 'max_ms' },
};

function keyOf({ to, name }: Pick<CopyOrder, 'to' | 'name'>): string {
  return `${to.text} ${name}`;
}

function invalid(problem: string): ServiceError {
  const message = `${problem}.`;
  return new ServiceError('InvalidRequest', { message, details: { in: 'params' } });
}
