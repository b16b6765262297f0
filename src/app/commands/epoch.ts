// The histories of streams: lists them, and begins another one where a database cannot know that it lost events.
import type { Store } from '../../store/store.ts';
import type { Call, Command, CommandGroup } from '../command.ts';
import { ACTIVE_SETTINGS, withKnownStore } from '../databases.ts';
import { JSON_FLAG } from '../server-access.ts';
import { streamNamed } from '../stream-argument.ts';
import { columns } from '../table.ts';

const list: Command = {
  usage: 'epoch [list [STREAM...]]',
  description:
    'Lists the epochs of streams, of all of the configuration where none is named: behind which event each began, ' +
    'and when. Works on the active database itself.',
  argsMin: 0,
  argsMax: Number.POSITIVE_INFINITY,
  flags: { json: JSON_FLAG },
  settings: ACTIVE_SETTINGS,
  run: (call) => withStreams(call, listOf),
};

const begin: Command = {
  usage: 'epoch begin [STREAM...]',
  description:
    'To be run on a database that was restored, before anything serves it again: from now on the ids of streams, of ' +
    'all of the configuration where none is named, are of another history. Whoever has got events that were lost is ' +
    'told so, instead of taking those that get their ids for them. Works on the active database itself; again = yet ' +
    'another one, which does no harm.',
  argsMin: 0,
  argsMax: Number.POSITIVE_INFINITY,
  flags: { json: JSON_FLAG },
  settings: ACTIVE_SETTINGS,
  run: (call) =>
    withStreams(call, async (store, stream) => {
      await store.epochs.begin(stream);
      return (await listOf(store, stream)).slice(-1);
    }),
};

export const epoch: CommandGroup = {
  description: 'The histories of streams: an epoch ends where a failover or a restore lost events.',
  commands: { list, begin },
  usual: 'list',
};

/** As it is shown; the first epoch has no time where nobody has seen it begin. */
interface EpochFacts {
  readonly stream: string;
  readonly epoch: number;
  readonly began_after: string;
  readonly at: string | null;
}

const HEAD = ['STREAM', 'EPOCH', 'BEGAN AFTER', 'AT'];

async function withStreams(
  { args, flags, settings, stdout }: Call,
  work: (store: Store, stream: string) => Promise<EpochFacts[]>,
): Promise<void> {
  const streams = args.length === 0 ? settings.streams : args.map(streamNamed);
  await withKnownStore(settings, async (store) => {
    const found: EpochFacts[] = [];
    for (const stream of streams) found.push(...(await work(store, stream)));
    if (flags.has('json')) return stdout.print(JSON.stringify(found));
    for (const line of columns([HEAD, ...found.map(rowOf)])) await stdout.print(line);
  });
}

async function listOf(store: Store, stream: string): Promise<EpochFacts[]> {
  const rows = await store.epochs.list(stream);
  const first = { stream, epoch: 1, began_after: '0', at: null };
  const listed = rows.map(({ epoch: number, beganAfter, at }) => ({
    stream,
    epoch: number,
    began_after: beganAfter,
    at,
  }));
  return listed[0]?.epoch === 1 ? listed : [first, ...listed];
}

function rowOf({ stream, epoch: number, began_after, at }: EpochFacts): string[] {
  return [stream, String(number), began_after, at ?? '-'];
}
