// Who reads: list with lag and failures, register, change, unregister. Over the network, as the caller's key allows.
import type { Client } from '../../client/index.ts';
import type {
  ConsumerFailure,
  ConsumerStatus,
  RegisterConsumerParams,
} from '../../contract/generated/types.ts';
import { type Call, type Command, type CommandGroup, type Flag, UsageError } from '../command.ts';
import {
  ACCESS_SETTINGS,
  clientOf,
  fromOf,
  JSON_FLAG,
  OWNER_FLAG,
  paramsOf,
  STREAM_FLAG,
} from '../server-access.ts';
import { columns } from '../table.ts';

const PARK_AFTER_FLAG: Flag = {
  value: 'N',
  description: 'After so many failed tries of one event alone it is parked. Default: never.',
};
/** Of an error, in a line. */
const ERROR_CHARS = 60;

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
    'park-after': PARK_AFTER_FLAG,
    stream: STREAM_FLAG,
    json: JSON_FLAG,
  },
  settings: ACCESS_SETTINGS,
  run: async (call) => {
    const { settings, flags } = call;
    const component = nameOf(call);
    const params = paramsOf('registerConsumer', {
      component,
      stream: flags.get('stream'),
      from: fromOf(flags.get('from')),
      epoch: undefined,
      park_after: triesOf(flags.get('park-after')),
    });
    const client = clientOf(settings);
    const registered = await client.call('registerConsumer', params);
    const stream = params.stream ?? 'main';
    const sentence = (await keepsPolicy(client, params))
      ? `${component} was registered on ${stream} already, and keeps its policy; ` +
        `consumers change ${component} --park-after ${params.park_after} changes it.`
      : `${component} is registered on ${stream}.`;
    await say(call, { registered }, sentence);
  },
};

const change: Command = {
  usage: 'consumers change NAME --park-after N | --wait',
  description:
    'Says what becomes of an event that the consumer cannot handle: it is parked after so many tries, or waited for.',
  argsMin: 1,
  argsMax: 1,
  flags: {
    'park-after': PARK_AFTER_FLAG,
    wait: { description: 'It waits before the event, and tries on.' },
    principal: OWNER_FLAG,
    stream: STREAM_FLAG,
    json: JSON_FLAG,
  },
  settings: ACCESS_SETTINGS,
  run: async (call) => {
    const { settings, flags } = call;
    const component = nameOf(call);
    const tries = triesOf(flags.get('park-after')) ?? null;
    if (flags.has('wait') === (tries !== null)) {
      throw new UsageError('either --park-after N or --wait is expected.');
    }
    const params = paramsOf('changeConsumer', {
      component,
      park_after: tries,
      stream: flags.get('stream'),
      principal: flags.get('principal'),
    });
    const changed = await clientOf(settings).call('changeConsumer', params);
    const policy =
      tries === null
        ? `${component} waits before an event that it cannot handle.`
        : `${component} passes an event that has failed alone ${tries} times; it is parked then.`;
    await say(call, { changed }, policy);
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
    'drop-parked': { description: 'Its parked events may be lost with it.' },
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
      drop_parked: flags.has('drop-parked') ? true : undefined,
    });
    const forgotten = await clientOf(settings).call('unregisterConsumer', params);
    const verb = forgotten.unregistered ? 'is unregistered' : 'would be unregistered';
    const { cursor, lag, parked } = forgotten;
    await say(
      call,
      forgotten,
      `${component} ${verb}; its cursor is ${cursor}, unacknowledged events: ${lag}, parked: ${parked}.`,
    );
  },
};

export const consumers: CommandGroup = {
  description: 'Consumers of a stream: who reads, and how far each is.',
  commands: { list, register, change, unregister },
  usual: 'list',
};

const HEAD = ['CONSUMER', 'CURSOR', 'LAG', 'LAST TIME', 'CONNECTED', 'STALE', 'PARKED', 'FAILING'];

function rowOf(consumer: ConsumerStatus): string[] {
  const { principal, component, cursor, lag, last_time, connected, stale, set_aside } = consumer;
  const { parked, failing } = consumer;
  return [
    principal === null ? component : `${principal}:${component}`,
    cursor,
    String(lag),
    last_time ?? '-',
    connected ? 'yes' : 'no',
    set_aside ? 'set aside' : stale ? 'yes' : 'no',
    String(parked),
    failing === null ? '-' : failureText(failing),
  ];
}

/** True when it surely has another policy than was asked for; an admin is shown others of the same name too. */
async function keepsPolicy(
  client: Client,
  { component, stream, park_after: asked }: RegisterConsumerParams,
): Promise<boolean> {
  if (asked === undefined) return false;
  const found = await client.listConsumers({ stream });
  const namesakes = found.filter((each) => each.component === component);
  return namesakes.length > 0 && namesakes.every((each) => each.park_after !== asked);
}

/** On one line, whatever the consumer has said. */
function failureText({ event_id, tries, error, full }: ConsumerFailure): string {
  const place = event_id === null ? 'a batch' : `event ${event_id}`;
  const waits = full ? ', too many are parked' : '';
  return `${place}, tries: ${tries}${waits}: ${error.replace(/\s+/g, ' ').slice(0, ERROR_CHARS)}`;
}

/** Throws `UsageError`. */
function triesOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new UsageError(`--park-after takes a number of tries from 1 to 1000, got ${text}`);
}

function nameOf({ args: [name = ''] }: Call): string {
  return name;
}

async function say({ flags, stdout }: Call, facts: object, sentence: string): Promise<void> {
  await stdout.print(flags.has('json') ? JSON.stringify(facts) : sentence);
}
