// Streams as a whole: list, seal and unseal over the network, as the caller's key allows; rename and adopt on the
// databases.
import { isCallError } from '../../client/index.ts';
import type { StreamFacts } from '../../contract/generated/types.ts';
import { type Call, type Command, type CommandGroup, UsageError } from '../command.ts';
import { ACTIVE_SETTINGS, withKnownStore, withWarehouse } from '../databases.ts';
import { ACCESS_SETTINGS, clientOf, JSON_FLAG, paramsOf } from '../server-access.ts';
import { streamNamed } from '../stream-argument.ts';
import { columns } from '../table.ts';

/** Of one try: between two, the reason is told. */
const WAIT_MS = 2000;
const TABLE = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

const list: Command = {
  usage: 'streams [list]',
  description: 'Lists the streams of the database; needs the right admin.',
  argsMin: 0,
  argsMax: 0,
  flags: { json: JSON_FLAG },
  settings: ACCESS_SETTINGS,
  run: async ({ settings, flags, stdout }) => {
    const found = await clientOf(settings).call('listStreams', {});
    if (flags.has('json')) await stdout.print(JSON.stringify(found));
    else for (const line of columns([HEAD, ...found.map(rowOf)])) await stdout.print(line);
  },
};

const seal: Command = {
  usage: 'streams seal NAME',
  description:
    'Lets nothing more into a stream, neither by calls nor by SQL; needs the right admin. Transactions that have ' +
    'written into it are waited for, as long as it takes; others go on meanwhile. Readers are told the end when they ' +
    'have read it all.',
  argsMin: 1,
  argsMax: 1,
  flags: { json: JSON_FLAG },
  settings: ACCESS_SETTINGS,
  run: (call) => change(call, 'sealStream'),
};

const unseal: Command = {
  usage: 'streams unseal NAME',
  description: 'Lets a sealed stream take events again; needs the right admin.',
  argsMin: 1,
  argsMax: 1,
  flags: { json: JSON_FLAG },
  settings: ACCESS_SETTINGS,
  run: (call) => change(call, 'unsealStream'),
};

const rename: Command = {
  usage: 'streams rename FROM TO',
  description:
    'Gives a stream another name, with its consumers and its history; works on the databases themselves. Stop what ' +
    'serves or uses the stream first: a node that runs knows it by the old name only. When it was interrupted, ' +
    'no node starts until it is run again.',
  argsMin: 2,
  argsMax: 2,
  flags: { json: JSON_FLAG },
  settings: [...ACTIVE_SETTINGS, 'warehouseUrl'],
  run: ({ args, flags, settings, stdout }) =>
    withKnownStore(settings, async (store) => {
      const [from, to] = args.map(streamNamed) as [string, string];
      const { isArchiveRequired } = await store.streamState(from);
      const renaming = { from, to };
      const carryOut = (renameHistory = async () => {}) =>
        store.statuses.rename(renaming, { renameHistory });
      if (!isArchiveRequired) await carryOut();
      else {
        await withWarehouse(settings, async (warehouse) => {
          // Before anything is changed: it may be away.
          await warehouse.isMigrated();
          await carryOut(() => warehouse.renameHistory(renaming));
        });
      }
      const sentence = `Stream ${from} is now ${to}: name it so in EVT_STREAMS.`;
      await stdout.print(flags.has('json') ? JSON.stringify({ from, to }) : sentence);
    }),
};

const adopt: Command = {
  usage: 'streams adopt TABLE NAME',
  description:
    'Makes a new stream of the rows of a table with id, type, data and ts in the active database, as of a copy or a ' +
    'replica. The ids stay; they must be positive and distinct, and types, data and times as a stream has them. The ' +
    'table is left as it is. Consumers that are registered for the name read on.',
  argsMin: 2,
  argsMax: 2,
  flags: { json: JSON_FLAG },
  settings: ACTIVE_SETTINGS,
  run: ({ args: [table = '', name = ''], flags, settings, stdout }) =>
    withKnownStore(settings, async (store) => {
      if (!TABLE.test(table)) throw new UsageError(`TABLE must be a plain name, got ${table}`);
      const stream = streamNamed(name);
      await store.migrate([]);
      const { count, newest } = await store.statuses.adoptTable({ table, stream });
      await store.migrate([stream]);
      const sentence =
        `Stream ${stream} has the ${count} events of ${table}, the last with id ${newest}: add it to EVT_STREAMS. ` +
        `${table} is not used any more.`;
      const facts = { stream, events: count, last: newest };
      await stdout.print(flags.has('json') ? JSON.stringify(facts) : sentence);
    }),
};

export const streams: CommandGroup = {
  description: 'The streams of the database.',
  commands: { list, seal, unseal, rename, adopt },
  usual: 'list',
};

const HEAD = ['STREAM', 'STATUS', 'LAST', 'DISCARDED UP TO', 'SERVED HERE'];

function rowOf({ stream, status, last, discarded_up_to, served }: StreamFacts): string[] {
  return [stream, status, last, discarded_up_to, served ? 'yes' : 'no'];
}

async function change(call: Call, method: 'sealStream' | 'unsealStream'): Promise<void> {
  const { args, flags, settings, stdout, stderr } = call;
  const params = paramsOf(method, { stream: args[0], wait_ms: WAIT_MS });
  const client = clientOf(settings);
  const signal = call.takeSignals();
  for (;;) {
    try {
      const { stream, status, last } = await client.call(method, params, { signal });
      const sentence = `Stream ${stream} is ${status}; its last event is ${last}.`;
      await stdout.print(flags.has('json') ? JSON.stringify({ stream, status, last }) : sentence);
      return;
    } catch (error) {
      if (!isCallError(error) || error.code !== 'StreamInUse' || signal.aborted) throw error;
      await stderr.print(`aftercommit: ${error.message} Trying again.`);
    }
  }
}
