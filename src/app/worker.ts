// Runs the archiver or the discarder from the command line: as a daemon until a signal, or once, until nothing is
// left. A daemon logs what fails and goes on; a run that is to end gives up after a bounded number of failures.
import { backoffMs } from '../base/backoff.ts';
import { systemClock } from '../base/clock.ts';
import { type Service, startAll, stopAll } from '../base/lifecycle.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Call, Failure, type Flag } from './command.ts';
import { Progress } from './progress.ts';
import { untilAborted } from './until-aborted.ts';

/** The worker of one stream. */
export interface Worker {
  readonly stream: string;
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
  readonly key: 'archived' | 'discarded';
  readonly workers: readonly Worker[];
  readonly metrics: Metrics;
  readonly logger: Logger;
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

async function workOn({ doing, workers }: Trade, call: Call): Promise<void> {
  const stopped = call.takeSignals();
  const services = workers.map((worker) => worker.service);
  const streams = workers.map((worker) => worker.stream);
  await startAll(services);
  try {
    const isJson = call.flags.has('json');
    const line = isJson
      ? JSON.stringify({ ready: true, streams })
      : `${doing} ${streams.join(', ')}.`;
    await call.stdout.print(line);
    await untilAborted(stopped);
  } finally {
    await stopAll(services);
  }
}

async function workOnce(trade: Trade, call: Call): Promise<void> {
  const stopped = call.takeSignals();
  const progress = new Progress(call);
  for (const worker of trade.workers) {
    const { stream } = worker;
    const report = async () => {
      const count = await countOf(trade, stream);
      const text = `${trade.done} ${count} events of ${stream}`;
      await progress.show(text, { stream, [trade.key]: count, done: false });
    };
    const end = await untilNothingLeft(worker, {
      stopped,
      onRound: report,
      onFailure: (error) => trade.logger.error({ error, stream }, 'A round failed.'),
    });
    progress.clear();
    if (end === 'stopped') throw new Failure(`Stopped before the end of ${stream}.`);
    await tell(trade, stream, end, call);
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
        if (failures === FAILURES_MAX) throw error;
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
  stream: string,
  end: Exclude<Round, 'more'>,
  { flags, stdout }: Call,
): Promise<void> {
  const isBusy = end === 'another-is-at-work';
  const count = await countOf(trade, stream);
  if (flags.has('json')) {
    const facts = { stream, [trade.key]: count, done: !isBusy };
    await stdout.print(JSON.stringify(isBusy ? { ...facts, another_is_at_work: true } : facts));
    return;
  }
  const busy = `Another process is at work on ${stream}; it is left to that one.`;
  await stdout.print(
    isBusy ? busy : `${trade.done} ${count} ${count === 1 ? 'event' : 'events'} of ${stream}.`,
  );
}

async function countOf({ metrics, key }: Trade, stream: string): Promise<number> {
  const { values } = await metrics[key].get();
  return values.find((value) => value.labels.stream === stream)?.value ?? 0;
}
