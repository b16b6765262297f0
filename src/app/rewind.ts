// `--rewind ID`: what stands beyond the fork of a stream's history is cut off. The id is asked for, since the wrong
// database would be one that has hardly anything in common with it.
import { type EventId, idDistance, idPlus, NO_EVENT } from '../contract/event-id.ts';
import type { ActiveSide } from '../relay/active-side.ts';
import type { Cut } from '../relay/common-part.ts';
import type { SinkPosition } from '../relay/sink.ts';
import { type Call, Failure, type Flag, UsageError } from './command.ts';

/** What is brought back in line, and how that is said. */
export interface Rewound {
  /** What sentences begin with, as in `main: cut off`. */
  readonly name: string;
  /** As in `the warehouse has nothing`. */
  readonly holder: string;
  /** Behind `cut off 8 ids, 13 to 20; `. */
  readonly outcome: (to: EventId) => string;
  /** For lines of JSON. */
  readonly facts: Readonly<Record<string, string>>;
  /** What counts. */
  readonly active: ActiveSide;
  /** null when there is nothing to be cut off. */
  find(): Promise<Cut | null>;
  /** For the history of `epoch`, which is later than that of what is cut off. */
  cut(found: Cut, epoch: number): Promise<void>;
}

const ID = /^(?:0|[1-9]\d{0,17})$/;

/** `nothing`: what is not done then, as in `archive nothing`. */
export function rewindFlag(thing: string, nothing: string): Readonly<Record<string, Flag>> {
  const cut = `Cut off what ${thing} has behind ID, which must be the \`at\` of the error HistoryForked`;
  const description = `${cut}; ${nothing}.`;
  return { rewind: { value: 'ID', description } };
}

/** Throws `UsageError` for a bad id, and for flags that do not go together with it. */
export function requireRewindAlone({ flags }: Call, others: readonly string[]): void {
  const id = flags.get('rewind');
  if (id === undefined) return;
  if (!ID.test(id)) throw new UsageError(`--rewind takes an id, got ${JSON.stringify(id)}.`);
  for (const flag of others) {
    if (flags.has(flag)) throw new UsageError(`--${flag} does not go with --rewind.`);
  }
}

/** Throws `Failure` unless the history forked there. */
export async function rewind(rewound: Rewound, { flags, stdout }: Call): Promise<void> {
  const { name, holder, outcome, facts } = rewound;
  const print = (cut: object | null, sentence: string) =>
    stdout.print(flags.has('json') ? JSON.stringify({ ...facts, rewound: cut }) : sentence);
  const { newest, epoch } = await rewound.active.state();
  if (newest === NO_EVENT) {
    throw new Failure(
      `${name}: the stream never had an event in this database, so it may be the wrong one. Nothing was cut off.`,
    );
  }
  const found = await rewound.find();
  if (found === null)
    return print(null, `${name}: ${holder} has nothing that the stream does not have.`);
  const { from, to, at = to } = found;
  const asked = flags.get('rewind') as EventId;
  if (asked !== to && asked !== at) {
    throw new Failure(
      `${name}: ${holder} has what the stream has up to ${to}, not up to ${asked}. Nothing was cut off.`,
    );
  }
  await rewound.cut(found, await laterEpoch(rewound, from, epoch));
  if (to === from.id) return print(null, `${name}: nothing was to be cut off; ${outcome(to)}.`);
  const cut = { first: idPlus(to, 1), last: from.id };
  const ids = `cut off ${idDistance(to, from.id)} ids, ${cut.first} to ${cut.last}`;
  await print(cut, `${name}: ${ids}; ${outcome(to)}.`);
}

/**
 * One that is later than what is cut off: else what is written next may come to stand where the lost events stood, and
 * nobody could tell one from the other, neither who reads from there nor who was frozen in the middle of this.
 * `compared` is the epoch in which both were read.
 */
async function laterEpoch(
  { active, name, holder }: Rewound,
  from: SinkPosition,
  compared: number,
): Promise<number> {
  const refused = (why: string, mend: string) =>
    new Failure(`${name}: ${why}. Nothing was cut off: run ${mend}.`);
  const { epoch } = await active.state();
  if (epoch !== compared) {
    throw refused(`another epoch has begun since ${holder} was compared`, 'it again');
  }
  if (from.epoch < epoch) return epoch;
  if (active.begin === undefined) {
    const mend = 'aftercommit epoch begin where the database is, and this again';
    throw refused(`${holder} is of the epoch that the stream is still in`, mend);
  }
  await active.begin(from);
  const { epoch: begun } = await active.state();
  if (from.epoch < begun) return begun;
  throw refused('another database has taken over', 'it again');
}
