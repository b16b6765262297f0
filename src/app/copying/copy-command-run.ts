// Runs a copy for the command line, with its progress, and says what it came to.
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../base/clock.ts';
import { destinationAt, sourceAt } from '../../relay/copy-ends.ts';
import type { CopyOrder } from '../../relay/copy-request.ts';
import { type CopyOutcome, CopyRun } from '../../relay/copy-run.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { type Call, Failure } from '../command.ts';
import { Progress } from '../progress.ts';
import type { Limits } from './copy-flags.ts';
import { copyFacts, paceOf, progressText } from './copy-report.ts';
import { withPlace } from './places.ts';

const FAILURES_MAX = 8;

/** Throws `Failure` when it is not done then. */
export async function runOrder(call: Call, order: CopyOrder, limits: Limits): Promise<void> {
  const { settings, flags } = call;
  const { from, to, name, terms } = order;
  const signal = call.takeSignals();
  const logger = createLogger(settings.logLevel);
  const progress = new Progress(call);
  const startedMs = systemClock.monotonicMs();
  const outcome = await withPlace(from, 'read', settings, (source) =>
    withPlace(to, 'write', settings, (destination) =>
      new CopyRun({
        ...{ name, terms, signal, whenStopped: 'paused', node: randomUUID() },
        ...{ ...limits, failuresMax: FAILURES_MAX },
        source: sourceAt(source, {
          isVerified: !flags.has('no-verify'),
          onInvalid: (id) =>
            logger.warn({ copy: name, id }, 'An event whose data is not JSON is copied as null.'),
        }),
        destination: destinationAt(destination),
        onError: (error) => logger.error({ error, copy: name }, 'The copy could not go on.'),
        onProgress: async (at) => {
          const pace = paceOf(at, systemClock.monotonicMs() - startedMs);
          const { watermark, copied, copiedNow } = at;
          await progress.show(progressText(at, pace), {
            ...{ name, watermark, up_to: at.job.upTo, copied, copied_now: copiedNow },
            ...{ percent: pace.percent, rate: pace.rate, seconds_left: pace.secondsLeft },
            done: false,
          });
        },
      }).run(),
    ),
  ).finally(() => progress.clear());
  await tell(call, outcome, { copied_now: outcome.copiedNow });
  const { job } = outcome;
  if (job.status === 'done') return;
  const words = job.status === 'cancelled' ? 'was cancelled' : 'was paused; the same again goes on';
  throw new Failure(`The copy ${name} ${words}.`);
}

/** How far a copy is. */
export async function tell(
  { flags, stdout }: Call,
  { job, copiedNow }: CopyOutcome,
  more: object,
): Promise<void> {
  const isDone = job.status === 'done';
  if (flags.has('json')) {
    return stdout.print(JSON.stringify({ ...copyFacts(job), ...more, done: isDone }));
  }
  const { name, copied, stream, watermark, upTo, invalid } = job;
  const now = 'copied_now' in more && copiedNow !== copied ? `, ${copiedNow} of them now` : '';
  const bad = invalid === 0 ? '' : ` ${invalid} of them were no events, and went out as null.`;
  const why = job.error === null ? '' : ` ${job.error}`;
  await stdout.print(
    `Copy ${name} is ${job.status}: ${copied} events in ${stream}${now}; up to ${watermark} of ${upTo}.${bad}${why}`,
  );
}
