// `archive --rewind ID`: what the warehouse has beyond the fork of a stream's history is cut off. The id is asked for,
// since the wrong database would be one that has hardly anything in common with the warehouse.
import { type EventId, idDistance, idPlus } from '../contract/event-id.ts';
import type { ActiveSide } from '../relay/archive-check.ts';
import { ARCHIVER_SINK } from '../relay/archiver.ts';
import { rewindArchive, rewindTo } from '../relay/rewind.ts';
import type { Warehouse } from '../store/warehouse.ts';
import { type Call, Failure, type Flag, UsageError } from './command.ts';

export const REWIND_FLAGS: Readonly<Record<string, Flag>> = {
  rewind: {
    value: 'ID',
    description:
      'Cut off what the warehouse has behind ID, which must be the `at` of the error HistoryForked; archive nothing.',
  },
};

const ID = /^(?:0|[1-9]\d{0,17})$/;

/** Throws `UsageError` for flags and settings that do not go together. */
export function requireRewindAlone({ flags, settings }: Call): void {
  const id = flags.get('rewind');
  if (id === undefined) return;
  if (!ID.test(id)) throw new UsageError(`--rewind takes an id, got ${JSON.stringify(id)}.`);
  for (const flag of ['once', 'verify']) {
    if (flags.has(flag)) throw new UsageError(`--${flag} does not go with --rewind.`);
  }
  if (settings.streams.length === 1) return;
  throw new UsageError('--rewind is for one stream: name it by --streams.');
}

/** Throws `Failure` unless the history forked there. `side`: where the events are that count. */
export async function rewindTheArchive(
  warehouse: Warehouse,
  side: { readonly stream: string; readonly active: ActiveSide },
  { flags, stdout }: Call,
): Promise<void> {
  const { stream } = side;
  const request = { ...side, warehouse, watermark: ARCHIVER_SINK };
  const rewind = await rewindTo(request);
  if (rewind === null) {
    const sentence = `${stream}: the warehouse has nothing that the stream does not have.`;
    return stdout.print(flags.has('json') ? JSON.stringify({ stream, rewound: null }) : sentence);
  }
  const { from, to } = rewind;
  const asked = flags.get('rewind') as EventId;
  if (to !== asked) {
    throw new Failure(
      `${stream}: the warehouse has what the stream has up to ${to}, not up to ${asked}. Nothing was cut off.`,
    );
  }
  await rewindArchive(request, to);
  const rewound = { first: idPlus(to, 1), last: from };
  const sentence =
    `${stream}: cut off ${idDistance(to, from)} ids, ${rewound.first} to ${from}; the archive ends at ` +
    `${to} now, and the archiver can go on.`;
  await stdout.print(flags.has('json') ? JSON.stringify({ stream, rewound }) : sentence);
}
