// Who reads: list with lag, register, unregister. Over the network, as the caller's key allows.
import type { ConsumerStatus } from '../../contract/generated/types.ts';
import type { Call, Command, CommandGroup } from '../command.ts';
import {
  ACCESS_SETTINGS,
  clientOf,
  fromOf,
  JSON_FLAG,
  paramsOf,
  STREAM_FLAG,
} from '../server-access.ts';
import { columns } from '../table.ts';

const list: Command = {
  usage: 'consumers [list]',
  description: "Lists your consumers, or with the right admin everybody's.",
  argsMin: 0,
  argsMax: 0,
  flags: { stream: STREAM_FLAG, json: JSON_FLAG },
  settings: ACCESS_SETTINGS,
  run: async ({ settings, flags, stdout }) => {
    const params = paramsOf('listConsumers', { stream: flags.get('stream') });
    const client = clientOf(settings);
    const found = await client.call('listConsumers', params);
    const { status, last } = await client.call('streamInfo', params);
    if (flags.has('json')) await stdout.print(JSON.stringify(found));
    else if (found.length === 0) await stdout.print('There are no consumers.');
    else for (const line of columns([HEAD, ...found.map(rowOf)])) await stdout.print(line);
    if (status !== 'open' && !flags.has('json')) {
      await stdout.print(`The stream is ${status}; its last event is ${last}.`);
    }
  },
};

const register: Command = {
  usage: 'consumers register NAME',
  description:
    'Registers a component of yours: from then on nothing is discarded before it has acknowledged it. Again changes ' +
    'nothing.',
  argsMin: 1,
  argsMax: 1,
  flags: {
    from: {
      value: 'beginning|now|ID|TIME',
      description: 'Where it begins: behind that id, or at that time. Default: beginning.',
    },
    stream: STREAM_FLAG,
    json: JSON_FLAG,
  },
  settings: ACCESS_SETTINGS,
  run: async (call) => {
    const { settings, flags } = call;
    const component = nameOf(call);
    const stream = flags.get('stream');
    const params = paramsOf('registerConsumer', {
      component,
      stream,
      from: fromOf(flags.get('from')),
      epoch: undefined,
    });
    const registered = await clientOf(settings).call('registerConsumer', params);
    await say(call, { registered }, `${component} is registered on ${stream ?? 'main'}.`);
  },
};

const unregister: Command = {
  usage: 'consumers unregister NAME',
  description: 'Forgets a consumer: it holds nothing back any more.',
  argsMin: 1,
  argsMax: 1,
  flags: {
    principal: {
      value: 'P',
      description: "Whose consumer; another's needs the right admin. Default: yours.",
    },
    'no-principal': {
      description: 'It is a sink, listed as SINK_NAME without a principal; needs the right admin.',
    },
    'dry-run': { description: 'Only say what it would do.' },
    stream: STREAM_FLAG,
    json: JSON_FLAG,
  },
  settings: ACCESS_SETTINGS,
  run: async (call) => {
    const { settings, flags } = call;
    const component = nameOf(call);
    const params = paramsOf('unregisterConsumer', {
      component,
      stream: flags.get('stream'),
      principal: flags.has('no-principal') ? null : flags.get('principal'),
      dry_run: flags.has('dry-run') ? true : undefined,
    });
    const forgotten = await clientOf(settings).call('unregisterConsumer', params);
    const verb = forgotten.unregistered ? 'is unregistered' : 'would be unregistered';
    const { cursor, lag } = forgotten;
    await say(
      call,
      forgotten,
      `${component} ${verb}; its cursor is ${cursor}, unacknowledged events: ${lag}.`,
    );
  },
};

export const consumers: CommandGroup = {
  description: 'Consumers of a stream: who reads, and how far each is.',
  commands: { list, register, unregister },
  usual: 'list',
};

const HEAD = ['CONSUMER', 'CURSOR', 'LAG', 'LAST TIME', 'CONNECTED', 'STALE'];

function rowOf(consumer: ConsumerStatus): string[] {
  const { principal, component, cursor, lag, last_time, connected, stale, set_aside } = consumer;
  return [
    principal === null ? component : `${principal}:${component}`,
    cursor,
    String(lag),
    last_time ?? '-',
    connected ? 'yes' : 'no',
    set_aside ? 'set aside' : stale ? 'yes' : 'no',
  ];
}

function nameOf({ args: [name = ''] }: Call): string {
  return name;
}

async function say({ flags, stdout }: Call, facts: object, sentence: string): Promise<void> {
  await stdout.print(flags.has('json') ? JSON.stringify(facts) : sentence);
}
