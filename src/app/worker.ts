// Runs the archiver, the discarder or sinks from the command line: as a daemon until a signal, or once, until nothing
// is left. A daemon logs what fails and goes on; a run that is to end gives up after a bounded number of failures.
import { backoffMs } from '../base/backoff.ts';
import { systemClock } from '../base/clock.ts';
import { type Service, startAll, stopAll } from '../base/lifecycle.ts';
import { isServiceError } from '../contract/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Call, Failure, type Flag } from './command.ts';
import { Progress } from './progress.ts';
import { untilAborted } from './until-aborted.ts';

/** The worker of one stream. */
export interface Worker {
  readonly stream: string;
  /** The name of the sink that it writes to; left out where there is no choice. */
  readonly sink?: string;
  /** The sink is the warehouse. @default false */
  readonly isArchive?: boolean;
  readonly service: Service;
  /** One round of the service. */
  round(): Promise<Round>;
  /** Gives back what rounds took. */
  release(): Promise<void>;
}

export type Round = 'more' | 'nothing-left' | 'another-is-at-work';

export interface Trade {
  /** For people, as in `Archiving main ...` and `Archived 5 events of main.` */
  readonly doing: string;
  readonly done: string;
  /** The name of the count in lines of JSON. */
  readonly key: 'archived' | 'discarded' | 'relayed';
  readonly workers: readonly Worker[];
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** What a daemon runs besides. @default nothing */
  readonly beside?: readonly Service[];
  /** Aborted with what ends a daemon with a failure. @default nothing does */
  readonly failed?: AbortSignal;
}

export const WORKER_FLAGS: Readonly<Record<string, Flag>> = {
  once: { description: 'Work until nothing is left, and end.' },
  json: { description: 'Print lines of JSON.' },
};

const FAILURES_MAX = 5;
const BACKOFF = { firstMs: 200, maxMs: 5000 };

export function work(trade: Trade, call: Call): Promise<void> {
  return call.flags.has('once') ? workOnce(trade, call) : workOn(trade, call);
}

async function workOn({ doing, workers, beside = [], failed }: Trade, call: Call): Promise<void> {
  const stopped = call.takeSignals();
  const services = [...workers.map((worker) => worker.service), ...beside];
  const streams = workers.map(({ stream, sink }) => (sink ? `${stream} to ${sink}` : stream));
  await startAll(services);
  try {
    const isJson = call.flags.has('json');
    const line = isJson
      ? JSON.stringify({ ready: true, streams })
      : `${doing} ${streams.join(', ')}.`;
    await call.stdout.print(line);
    await untilAborted(failed === undefined ? stopped : AbortSignal.any([stopped, failed]));
  } finally {
    await stopAll(services);
  }
  failed?.throwIfAborted();
}

async function workOnce(trade: Trade, call: Call): Promise<void> {
  const stopped = call.takeSignals();
  const progress = new Progress(call);
  for (const worker of trade.workers) {
    const report = async () => {
      const count = await countOf(trade, worker);
      const text = `${trade.done} ${count} events of ${nameOf(worker)}`;
      await progress.show(text, { ...factsOf(worker), [trade.key]: count, done: false });
    };
    const end = await untilNothingLeft(worker, {
      stopped,
      onRound: report,
      onFailure: (error) => trade.logger.error({ error, ...factsOf(worker) }, 'A round failed.'),
    });
    progress.clear();
    if (end === 'stopped') throw new Failure(`Stopped before the end of ${nameOf(worker)}.`);
    await tell(trade, worker, end, call);
  }
}

interface RoundOptions {
  readonly stopped: AbortSignal;
  readonly onRound: () => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

async function untilNothingLeft(
  worker: Worker,
  { stopped, onRound, onFailure }: RoundOptions,
): Promise<Exclude<Round, 'more'> | 'stopped'> {
  let failures = 0;
  try {
    while (!stopped.aborted) {
      try {
        const round = await worker.round();
        failures = 0;
        if (round !== 'more') return round;
        await onRound();
      } catch (error) {
        failures += 1;
        if (failures === FAILURES_MAX || isFinal(error)) throw error;
        onFailure(error);
        await systemClock.sleep(backoffMs(failures - 1, BACKOFF), stopped);
      }
    }
    return 'stopped';
  } finally {
    await worker.release();
  }
}

async function tell(
  trade: Trade,
  worker: Worker,
  end: Exclude<Round, 'more'>,
  { flags, stdout }: Call,
): Promise<void> {
  const isBusy = end === 'another-is-at-work';
  const count = await countOf(trade, worker);
  if (flags.has('json')) {
    const facts = { ...factsOf(worker), [trade.key]: count, done: !isBusy };
    await stdout.print(JSON.stringify(isBusy ? { ...facts, another_is_at_work: true } : facts));
    return;
  }
  const busy = `Another process is at work on ${nameOf(worker)}; it is left to that one.`;
  await stdout.print(
    isBusy
      ? busy
      : `${trade.done} ${count} ${count === 1 ? 'event' : 'events'} of ${nameOf(worker)}.`,
  );
}

function factsOf({ stream, sink }: Worker): { stream: string; sink?: string } {
  return sink === undefined ? { stream } : { stream, sink };
}

function nameOf({ stream, sink }: Worker): string {
  return sink === undefined ? stream : `${stream} to ${sink}`;
}

/** A sink that is to stop with its first failure. */
function isFinal(error: unknown): boolean {
  return isServiceError(error) && error.code === 'SinkWriteFailed';
}

async function countOf({ metrics, key }: Trade, worker: Worker): Promise<number> {
  const isArchive = worker.isArchive === true;
  const counted = isArchive ? 'archived' : key;
  const metric = counted === 'relayed' ? metrics.sinkEvents : metrics[counted];
  const { values } = await metric.get();
  const own = Object.entries(isArchive ? { stream: worker.stream } : factsOf(worker));
  const labelsOf = (value: { labels: object }) => value.labels as Record<string, unknown>;
  return (
    values.find((value) => own.every(([name, text]) => labelsOf(value)[name] === text))?.value ?? 0
  );
}
