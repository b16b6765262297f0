// Brings the databases to the schema of this version, and with --adopt goes on with those of futoin-eventstream.
import { INVALID_DATA_TYPE } from '../../feed/deliverable.ts';
import type { Store } from '../../store/store.ts';
import { type Adoption, adoptDatabases } from '../adoption.ts';
import { type Call, type Command, UsageError } from '../command.ts';
import { principalsOf } from '../consumer-names.ts';
import { ACTIVE_SETTINGS, withStore, withWarehouse } from '../databases.ts';
import { columns } from '../table.ts';

const TABLE = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const WATCH_MS = 3000;
const WATCH_MS_MAX = 3_600_000;
/** The flags that mean something with --adopt only. */
const OF_ADOPT = ['map', 'event-table', 'consumer-table', 'history-table', 'watch-ms'];

export const migrate: Command = {
  usage: 'migrate',
  description:
    'Applies what is missing to the active database. Nodes that do so at the same time wait for each other. With ' +
    '--adopt it goes on with a database of futoin-eventstream, whose services must have been stopped: queue, ' +
    'consumers and history are kept. See docs/futoin.md; make a backup first.',
  argsMin: 0,
  argsMax: 0,
  flags: {
    warehouse: {
      description:
        'The warehouse database too, and from now on nothing is discarded before it is archived.',
    },
    adopt: {
      description:
        'Take over what futoin-eventstream has left, in the warehouse as well where there is one.',
    },
    map: {
      value: 'LOCAL=PRINCIPAL',
      description: 'Whose consumers those of a local id are from now on; for each local id.',
      isRepeatable: true,
    },
    'event-table': { value: 'NAME', description: 'Its event_table. Default: evt_queue.' },
    'consumer-table': { value: 'NAME', description: 'Its consumer_table. Default: evt_consumers.' },
    'history-table': { value: 'NAME', description: 'Its history_table. Default: evt_history.' },
    'watch-ms': {
      value: 'N',
      description: `How long to look whether somebody works the old way. Default: ${WATCH_MS} ms.`,
    },
    json: { description: 'Print lines of JSON.' },
  },
  settings: [...ACTIVE_SETTINGS, 'warehouseUrl'],
  run: (call) => {
    const stray = OF_ADOPT.find((flag) => call.flags.has(flag) && !call.flags.has('adopt'));
    if (stray !== undefined) throw new UsageError(`--${stray} goes with --adopt.`);
    return withStore(call.settings, (store) => run(call, store));
  },
};

async function run(call: Call, store: Store): Promise<void> {
  const { flags, stdout } = call;
  const adoption = flags.has('adopt') ? await adoptFor(call, store) : null;
  const applied = adoption?.applied ?? (await apply(call, store));
  if (flags.has('json')) {
    const adopted = adoption === null ? null : factsOf(adoption);
    const facts = flags.has('adopt') ? { adopted, applied, done: true } : { applied, done: true };
    return stdout.print(JSON.stringify(facts));
  }
  if (adoption !== null) for (const line of linesOf(adoption)) await stdout.print(line);
  else if (flags.has('adopt')) await stdout.print('There is nothing to adopt here any more.');
  for (const name of applied) await stdout.print(`Applied ${name}`);
  if (adoption === null && applied.length === 0) await stdout.print('Nothing to apply.');
}

async function apply({ settings, flags }: Call, store: Store): Promise<string[]> {
  const { streams } = settings;
  const names = await store.migrate(streams);
  if (!flags.has('warehouse')) return names;
  const warehouseNames = await withWarehouse(settings, (warehouse) => warehouse.migrate(streams));
  for (const stream of streams) await store.requireArchive(stream);
  return [...names, ...warehouseNames];
}

function adoptFor(call: Call, store: Store): Promise<Adoption | null> {
  const { flags, lists, settings, stdout, stderr } = call;
  return adoptDatabases(store, {
    settings,
    tables: {
      queue: tableOf(call, 'event-table', 'evt_queue'),
      consumers: tableOf(call, 'consumer-table', 'evt_consumers'),
      history: tableOf(call, 'history-table', 'evt_history'),
    },
    principals: principalsOf(lists.get('map') ?? []),
    watchMs: watchMsOf(flags.get('watch-ms')),
    needsWarehouse: flags.has('warehouse'),
    onStep: async (step) => {
      if (flags.has('json')) await stdout.print(JSON.stringify({ step, done: false }));
      else if (stderr.isTerminal) await stderr.print(`${step} ...`);
    },
  });
}

function tableOf({ flags }: Call, flag: string, usual: string): string {
  const name = flags.get(flag) ?? usual;
  if (TABLE.test(name)) return name;
  throw new UsageError(`--${flag} takes a plain name of a table, got ${JSON.stringify(name)}`);
}

function watchMsOf(text: string | undefined): number {
  const ms = Number(text ?? WATCH_MS);
  if (Number.isInteger(ms) && ms >= 0 && ms <= WATCH_MS_MAX && text !== '') return ms;
  throw new UsageError(`--watch-ms takes 0 to ${WATCH_MS_MAX}, got ${JSON.stringify(text)}`);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function factsOf(adoption: Adoption): object {
  const { events, history, consumers, nextId, discardedUpTo, gapsUpTo } = adoption;
  return {
    events: events.count,
    invalid: { count: events.invalid, first: events.firstInvalid },
    consumers: consumers.map(({ from, to, cursor, stoodAt }) => ({
      from,
      to,
      cursor,
      stood_at: stoodAt ?? cursor,
    })),
    history: history === null ? null : { events: history.count, last: history.newest },
    next_id: nextId,
    discarded_up_to: discardedUpTo,
    gaps_up_to: gapsUpTo,
  };
}

function linesOf(adoption: Adoption): string[] {
  const { events, history, consumers, nextId, discardedUpTo } = adoption;
  const rows = consumers.map(({ from, to, cursor, stoodAt }) => [
    from,
    to,
    cursor,
    stoodAt === null ? '' : `stood at ${stoodAt}`,
  ]);
  const shown = events.firstInvalid.join(', ');
  return [
    `Adopted ${counted(events.count, 'event')}; the next one gets id ${nextId}, and up to ${discardedUpTo} all are ` +
      'discarded.',
    history === null
      ? 'There is no history.'
      : `Adopted a history of ${counted(history.count, 'event')} up to ${history.newest}.`,
    `Adopted ${counted(consumers.length, 'consumer')}${consumers.length === 0 ? '.' : ':'}`,
    ...columns([...(rows.length === 0 ? [] : [['WAS', 'IS', 'CURSOR']]), ...rows]),
    ...(events.invalid === 0
      ? []
      : [
          `${events.invalid} events are kept, but no JSON or of no type that we have: consumers get null, as ` +
            `${INVALID_DATA_TYPE} (ids ${shown}${events.invalid > events.firstInvalid.length ? ', ...' : ''}).`,
        ]),
  ];
}
