// Events that a consumer could not handle, and has passed: list, retry, drop. Over the network, as the caller's key
// allows.
import type { Client, ParkedPage } from '../../client/index.ts';
import type {
  DropParkedParams,
  ListParkedParams,
  ParkedEvent,
} from '../../contract/generated/types.ts';
import { type Call, type Command, type CommandGroup, Failure, UsageError } from '../command.ts';
import {
  ACCESS_SETTINGS,
  clientOf,
  JSON_FLAG,
  OWNER_FLAG,
  paramsOf,
  STREAM_FLAG,
} from '../server-access.ts';
import { columns } from '../table.ts';

const IDS_MAX = 1000;
/** Of an error, in a line. */
const ERROR_CHARS = 80;
const FLAGS = { principal: OWNER_FLAG, stream: STREAM_FLAG, json: JSON_FLAG };
const ALL_FLAG = { description: 'All that are parked for it.' };

const list: Command = {
  usage: 'parked list CONSUMER',
  description:
    'Lists the events that were parked for a consumer; as JSON with their data, one a line.',
  argsMin: 1,
  argsMax: 1,
  flags: FLAGS,
  settings: ACCESS_SETTINGS,
  run: async (call) => {
    const { flags, stdout } = call;
    const found: ParkedEvent[] = [];
    for await (const page of everyPage(clientOf(call.settings), ownerOf(call))) {
      if (!flags.has('json')) found.push(...page.events);
      else for (const { text } of page.asWritten()) await stdout.print(text);
    }
    if (flags.has('json')) return;
    if (found.length === 0) await stdout.print('There are no parked events.');
    else for (const line of columns([HEAD, ...found.map(rowOf)])) await stdout.print(line);
  },
};

/** Who reads is known to the node that it reads at alone, and only while it does. */
const WHO_TAKES =
  'It goes to a reader by push; a consumer that polls, or is on the FutoIn wire, handles what `parked list` gives ' +
  'and drops it.';

const retry: Command = {
  usage: 'parked retry CONSUMER ID... | --all',
  description:
    'Gives parked events to their consumer once more, each by itself, when it reads by push. What it acknowledges is ' +
    'parked no more; its cursor stays.',
  argsMin: 1,
  argsMax: IDS_MAX + 1,
  flags: { all: ALL_FLAG, ...FLAGS },
  settings: ACCESS_SETTINGS,
  run: async (call) => {
    const params = paramsOf('retryParked', chosen(call));
    const asked = await clientOf(call.settings).call('retryParked', params);
    requireFound(params, asked.asked_for);
    await say(call, asked, `To be given once more: ${asked.asked_for}. ${WHO_TAKES}`);
  },
};

const drop: Command = {
  usage: 'parked drop CONSUMER ID... | --all',
  description: 'Forgets parked events for good.',
  argsMin: 1,
  argsMax: IDS_MAX + 1,
  flags: { all: ALL_FLAG, ...FLAGS },
  settings: ACCESS_SETTINGS,
  run: async (call) => {
    const params = paramsOf('dropParked', chosen(call));
    const done = await clientOf(call.settings).call('dropParked', params);
    requireFound(params, done.dropped);
    await say(call, done, `Dropped: ${done.dropped}.`);
  },
};

export const parked: CommandGroup = {
  description: 'Events that a consumer could not handle, and has passed.',
  commands: { list, retry, drop },
  usual: null,
};

const HEAD = ['ID', 'TYPE', 'PARKED AT', 'TRIES', 'RETRY', 'ERROR'];

function rowOf({ id, type, parked_at, tries, asked_for, error }: ParkedEvent): string[] {
  const reason = error.replace(/\s+/g, ' ').slice(0, ERROR_CHARS);
  return [id, type, parked_at, String(tries), asked_for ? 'asked for' : '-', reason];
}

async function* everyPage(
  client: Client,
  owner: ReturnType<typeof ownerOf>,
): AsyncGenerator<ParkedPage> {
  let after: ListParkedParams['after'];
  for (;;) {
    const { component, ...options } = paramsOf('listParked', { ...owner, after, limit: undefined });
    const page = await client.listParked(component, options);
    yield page;
    if (page.next === null) return;
    after = page.next;
  }
}

/** Throws `UsageError` unless it is said which events are meant. */
function chosen(call: Call) {
  const ids = call.args.slice(1);
  const isAll = call.flags.has('all');
  if (isAll === ids.length > 0) throw new UsageError('either ids or --all is expected.');
  return {
    ...ownerOf(call),
    ids: isAll ? null : (ids as [string, ...string[]]),
    epoch: undefined,
  };
}

/** Throws `Failure` when ids were named, and none of them is there. */
function requireFound({ component, ids }: DropParkedParams, count: number): void {
  if (ids === null || count > 0) return;
  const which = ids.length === 1 ? `Event ${ids[0]} is not` : 'None of these events is';
  throw new Failure(`${which} parked for ${component}.`);
}

function ownerOf({ args: [component = ''], flags }: Call) {
  return { component, stream: flags.get('stream'), principal: flags.get('principal') };
}

async function say({ flags, stdout }: Call, facts: object, sentence: string): Promise<void> {
  await stdout.print(flags.has('json') ? JSON.stringify(facts) : sentence);
}
