// Streams as a whole: list, seal and unseal over the network, as the caller's key allows.
import { isCallError } from '../../client/index.ts';
import type { StreamFacts } from '../../contract/generated/types.ts';
import type { Call, Command, CommandGroup } from '../command.ts';
import { ACCESS_SETTINGS, clientOf, JSON_FLAG, paramsOf } from '../server-access.ts';
import { columns } from '../table.ts';

/** Of one try: between two, the reason is told. */
const WAIT_MS = 5000;

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

export const streams: CommandGroup = {
  description: 'The streams of the database.',
  commands: { list, seal, unseal },
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
