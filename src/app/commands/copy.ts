// Copies events of one stream to another, to a history, or to files, and from these; and what there is to say of copies
// that were begun.
import { type CopySource, destinationAt, sourceAt } from '../../relay/copy-ends.ts';
import { orderOf } from '../../relay/copy-request.ts';
import { requireUnfinished } from '../../store/copy-job.ts';
import { type Command, type CommandGroup, UsageError } from '../command.ts';
import { runOrder, tell } from '../copying/copy-command-run.ts';
import { calledOf, limitsOf, RUN_FLAGS, wishOf } from '../copying/copy-flags.ts';
import { findCopy, placesThatAre, sourceGiven } from '../copying/copy-lookup.ts';
import { copyFacts } from '../copying/copy-report.ts';
import { isSamePlace, withPlace } from '../copying/places.ts';
import { ACTIVE_SETTINGS } from '../databases.ts';
import { JSON_FLAG } from '../server-access.ts';
import { columns } from '../table.ts';

const COPY_SETTINGS = [...ACTIVE_SETTINGS, 'warehouseUrl', 'readArchive'] as const;
const PLACES =
  'A place is DATABASE-URL#stream, DATABASE-URL#stream/history, active#stream, warehouse#stream or file:DIR/PREFIX.';

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
    const { args, flags, settings } = call;
    const [from = '', to = ''] = args;
    const order = orderOf(wishOf(flags, from, to), calledOf);
    if ('problems' in order) throw new UsageError(`${order.problems.join('; ')}.`);
    if (isSamePlace(order.from, order.to, settings)) {
      throw new UsageError(`${order.from.text} and ${order.to.text} are the same.`);
    }
    await runOrder(call, order, limitsOf(call, order.terms));
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
    const { to, job } = await findCopy(call);
    requireUnfinished(job);
    const limits = limitsOf(call, job.terms);
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
    for (const to of placesThatAre(call)) {
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
      destinationAt(place).ask(job.name, { status: 'paused' }),
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
      destinationAt(place).ask(job.name, { status: 'cancelled' }),
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
