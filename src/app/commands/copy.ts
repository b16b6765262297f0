// Copies events of one stream to another, to a history, or to files, and from these; and what there is to say of copies
// that were begun.
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../base/clock.ts';
import { EVENTS_MAX } from '../../contract/limits.ts';
import { type CopySource, destinationAt, sourceAt } from '../../relay/copy-ends.ts';
import { type CopyOrder, type CopyWish, orderOf } from '../../relay/copy-request.ts';
import { type CopyOutcome, CopyRun } from '../../relay/copy-run.ts';
import { parseReference, type Reference } from '../../relay/reference.ts';
import { requireUnfinished } from '../../store/copy-job.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { type Call, type Command, type CommandGroup, Failure, UsageError } from '../command.ts';
import { copyFacts, paceOf, progressText } from '../copying/copy-report.ts';
import { withPlace } from '../copying/places.ts';
import { ACTIVE_SETTINGS } from '../databases.ts';
import { Progress } from '../progress.ts';
import { JSON_FLAG, listOf } from '../server-access.ts';
import { columns } from '../table.ts';
import { parseTime } from '../time.ts';

const LEASE_MS = 10_000;
const LEASE_MS_MIN = 500;
const LEASE_MS_MAX = 60_000;
const BATCH_MAX = 500;

const COPY_SETTINGS = [...ACTIVE_SETTINGS, 'warehouseUrl', 'readArchive'] as const;
const PLACES =
  'A place is DATABASE-URL#stream, DATABASE-URL#stream/history, active#stream, warehouse#stream or file:DIR/PREFIX.';

/** Of every run. */
const RUN_FLAGS = {
  'idle-ms': { value: 'N', description: 'With --follow: end when nothing came for so long.' },
  'max-ms': {
    value: 'N',
    description: 'Pause after so long; a copy with --follow ends, and is done.',
  },
  'no-verify': {
    description:
      'From files: do not hold them against their .meta.json, and end at a torn line instead of refusing it.',
  },
  'lease-ms': {
    value: 'N',
    description: `How long a process that was killed is waited for. Default: ${LEASE_MS} ms.`,
  },
  'batch-max': {
    value: 'N',
    description: `Events of one batch, 1 to ${EVENTS_MAX}. Default: ${BATCH_MAX}.`,
  },
  json: { description: 'Print lines of JSON.' },
};
const TO_FLAG = {
  to: {
    value: 'TO',
    description: 'Where it goes. Default: the active database and the warehouse.',
  },
};

const run: Command = {
  usage: 'copy FROM TO',
  description:
    `Copies the events that FROM has at the start to TO, in order and each once, whatever dies on the way: the same ` +
    `again goes on, and does nothing when it is done. ${PLACES}`,
  argsMin: 2,
  argsMax: 2,
  flags: {
    name: {
      value: 'N',
      description: "The copy's name in TO. Default: made of the two streams' names.",
    },
    after: { value: 'ID', description: 'Only events behind it. Default: all that there are.' },
    'up-to': {
      value: 'ID',
      description: 'Only events up to it. Default: the newest at the start.',
    },
    since: { value: 'TIME', description: 'Only events with a ts at or after it.' },
    until: { value: 'TIME', description: 'Only events with a ts before it.' },
    types: { value: 'A,B', description: 'Only these event types.' },
    ids: {
      value: 'preserve|reassign',
      description: 'Keep the ids, or give new ones behind the last.',
    },
    append: { description: 'TO has events already: go on behind them, with new ids.' },
    'no-seal': { description: 'With --append: TO takes events again when the copy is done.' },
    follow: { description: 'Go on with what comes, until FROM is sealed or a limit is reached.' },
    'max-events': { value: 'N', description: 'End after so many events.' },
    ...RUN_FLAGS,
  },
  settings: COPY_SETTINGS,
  run: async (call) => {
    const { args, flags } = call;
    const limits = limitsOf(call);
    const [from = '', to = ''] = args;
    const order = orderOf(wishOf(flags, from, to), calledOf);
    if ('problems' in order) throw new UsageError(`${order.problems.join('; ')}.`);
    await runOrder(call, order, limits);
  },
};

const resume: Command = {
  usage: 'copy resume NAME',
  description:
    'Goes on with a copy that was paused, that failed, or whose process died. The same as asking for it again.',
  argsMin: 1,
  argsMax: 1,
  flags: {
    ...TO_FLAG,
    from: {
      value: 'FROM',
      description: 'Where it comes from, with credentials where they are needed.',
    },
    ...RUN_FLAGS,
  },
  settings: COPY_SETTINGS,
  run: async (call) => {
    const limits = limitsOf(call);
    const { to, job } = await findCopy(call);
    requireUnfinished(job);
    const from = sourceGiven(call, job.terms.source);
    await runOrder(call, { from, to, name: job.name, terms: job.terms }, limits);
  },
};

const list: Command = {
  usage: 'copy list',
  description: `Lists copies by where they go. ${PLACES}`,
  argsMin: 0,
  argsMax: 0,
  flags: { ...TO_FLAG, json: JSON_FLAG },
  settings: COPY_SETTINGS,
  run: async (call) => {
    const { flags, stdout } = call;
    const found: ReturnType<typeof copyFacts>[] = [];
    for (const to of placesToLook(call)) {
      const jobs = await withPlace(to, 'look', call.settings, (place) =>
        destinationAt(place).list(),
      );
      found.push(...jobs.map(copyFacts));
    }
    if (flags.has('json')) return stdout.print(JSON.stringify(found));
    if (found.length === 0) return stdout.print('There are no copies.');
    const rows = found.map((each) => [
      ...[each.name, each.status, each.source, each.stream],
      ...[each.watermark, each.up_to, String(each.copied)],
    ]);
    for (const line of columns([HEAD, ...rows])) await stdout.print(line);
  },
};

const HEAD = ['COPY', 'STATUS', 'FROM', 'TO', 'WATERMARK', 'UP TO', 'COPIED'];

const status: Command = {
  usage: 'copy status NAME',
  description: 'Says how far a copy is.',
  argsMin: 1,
  argsMax: 1,
  flags: { ...TO_FLAG, json: JSON_FLAG },
  settings: COPY_SETTINGS,
  run: async (call) => {
    const { job } = await findCopy(call);
    await tell(call, { job, copiedNow: 0 }, {});
  },
};

const pause: Command = {
  usage: 'copy pause NAME',
  description:
    'Ends the work on a copy behind the batch at hand. The source keeps what is still to be copied.',
  argsMin: 1,
  argsMax: 1,
  flags: { ...TO_FLAG, json: JSON_FLAG },
  settings: COPY_SETTINGS,
  run: async (call) => {
    const { to, job } = await findCopy(call);
    const paused = await withPlace(to, 'look', call.settings, (place) =>
      destinationAt(place).ask(job.name, 'paused'),
    );
    await tell(call, { job: paused, copiedNow: 0 }, {});
  },
};

const cancel: Command = {
  usage: 'copy cancel NAME',
  description:
    'Ends a copy for good. What was copied stays; the destination takes events as before, the source keeps nothing.',
  argsMin: 1,
  argsMax: 1,
  flags: {
    ...TO_FLAG,
    from: {
      value: 'FROM',
      description: 'Where it comes from, with credentials where they are needed.',
    },
    json: JSON_FLAG,
  },
  settings: COPY_SETTINGS,
  run: async (call) => {
    const { to, job } = await findCopy(call);
    const from = sourceGiven(call, job.terms.source);
    const cancelled = await withPlace(to, 'look', call.settings, (place) =>
      destinationAt(place).ask(job.name, 'cancelled'),
    );
    const letGo = (source: CopySource) => source.letGo(cancelled);
    await withPlace(from, 'read', call.settings, (place) =>
      letGo(sourceAt(place, { onInvalid: () => {}, isVerified: false })),
    );
    await tell(call, { job: cancelled, copiedNow: 0 }, {});
  },
};

export const copy: CommandGroup = {
  description: 'Copies events between streams, histories and files.',
  commands: { run, list, status, pause, resume, cancel },
  usual: 'run',
  takesArgs: true,
};

interface Limits {
  readonly idleMs: number;
  readonly msMax: number;
  readonly leaseMs: number;
  readonly batchMax: number;
}

async function runOrder(call: Call, order: CopyOrder, limits: Limits): Promise<void> {
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
        ...limits,
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

async function tell(
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

function wishOf(flags: Call['flags'], from: string, to: string): CopyWish {
  const text = (flag: string) => flags.get(flag) ?? null;
  const time = (flag: string) => {
    const given = text(flag);
    return given === null ? null : (parseTime(given) ?? given);
  };
  return {
    from: parseReference(from),
    to: parseReference(to),
    name: text('name'),
    after: text('after'),
    upTo: text('up-to'),
    since: time('since'),
    until: time('until'),
    types: listOf(flags.get('types')) ?? null,
    ids: text('ids'),
    append: flags.has('append'),
    seal: flags.has('no-seal') ? false : null,
    follow: flags.has('follow'),
    eventsMax: integerOf(flags, 'max-events', null),
    idleMs: integerOf(flags, 'idle-ms', null),
  };
}

const CALLED: Partial<Record<keyof CopyWish, string>> = {
  from: 'FROM',
  to: 'TO',
  seal: '--no-seal',
  eventsMax: '--max-events',
  upTo: '--up-to',
  idleMs: '--idle-ms',
};

function calledOf(member: keyof CopyWish): string {
  return CALLED[member] ?? `--${member}`;
}

function limitsOf({ flags }: Call): Limits {
  return {
    idleMs: integerOf(flags, 'idle-ms', 0),
    msMax: integerOf(flags, 'max-ms', 0),
    leaseMs: within('lease-ms', integerOf(flags, 'lease-ms', LEASE_MS), LEASE_MS_MIN, LEASE_MS_MAX),
    batchMax: within('batch-max', integerOf(flags, 'batch-max', BATCH_MAX), 1, EVENTS_MAX),
  };
}

function within(flag: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${flag} takes ${least} to ${most}, got ${value}`);
}

function integerOf<T>(flags: Call['flags'], flag: string, usual: T): number | T {
  const text = flags.get(flag);
  if (text === undefined) return usual;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError(`--${flag} takes a number from 1, got ${JSON.stringify(text)}`);
}

/** Where copies of that name may be. */
function placesToLook({ flags }: Call): Reference[] {
  const text = flags.get('to');
  const texts = text === undefined ? ['active#main', 'warehouse#main'] : [text];
  return texts.map((each) => requireReference(each, '--to'));
}

async function findCopy(call: Call) {
  const [name = ''] = call.args;
  let failure: unknown;
  for (const to of placesToLook(call)) {
    try {
      const job = await withPlace(to, 'look', call.settings, (place) =>
        destinationAt(place).find(name),
      );
      return { job, to: to.kind === 'files' ? to : { ...to, stream: job.stream } };
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** What the copy says of its source, unless more was said here. */
function sourceGiven({ flags }: Call, source: string): Reference {
  const given = flags.get('from');
  const from = requireReference(given ?? source, '--from');
  if (from.text === source) return from;
  throw new UsageError(`--from is ${from.text}, but the copy comes from ${source}`);
}

function requireReference(text: string, flag: string): Reference {
  const found = parseReference(text);
  if ('problem' in found) throw new UsageError(`${flag} ${found.problem}`);
  return found;
}
