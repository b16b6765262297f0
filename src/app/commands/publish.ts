// Appends one event. The data is sent as it was written: parsing would lose `1.0` and 2^53+1.
import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { JsonText } from '../../client/public.ts';
import { EVENT_BYTES_MAX } from '../../contract/limits.ts';
import { type Call, type Command, UsageError } from '../command.ts';
import { ACCESS_SETTINGS, clientOf, paramsOf, STREAM_FLAG } from '../server-access.ts';

export const publish: Command = {
  usage: 'publish TYPE [JSON]',
  description:
    'Appends one event and prints its id. JSON left out is null, - reads standard input; behind -- it may begin ' +
    'with a minus.',
  argsMin: 1,
  argsMax: 2,
  flags: {
    stream: STREAM_FLAG,
    'idempotency-key': {
      value: 'K',
      description: 'Names this call: tried again with the same key, it adds nothing.',
    },
  },
  settings: ACCESS_SETTINGS,
  run,
};

async function run({ settings, args, flags, stdin, stdout }: Call): Promise<void> {
  const [type = '', given = 'null'] = args;
  const data = given === '-' ? await readAll(stdin) : given;
  const params = paramsOf('addEvent', {
    type,
    stream: flags.get('stream'),
    idempotency_key: flags.get('idempotency-key'),
    data: undefined,
  });
  const id = await clientOf(settings).addEvent(type, jsonText(data), {
    stream: params.stream,
    idempotencyKey: params.idempotency_key ?? null,
    retryMs: 0,
  });
  await stdout.print(id);
}

function jsonText(text: string): JsonText {
  try {
    return new JsonText(text);
  } catch (error) {
    throw new UsageError(
      `the data is not JSON: ${(error as Error).message}; a string needs its quotes, as in '"text"'`,
    );
  }
}

async function readAll(stdin: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stdin) {
    bytes += (part as Buffer).length;
    // Space around the value counts too: nobody means to send so much of it.
    if (bytes > EVENT_BYTES_MAX) {
      throw new UsageError(`the data is larger than ${EVENT_BYTES_MAX} bytes`);
    }
    parts.push(part as Buffer);
  }
  const all = Buffer.concat(parts);
  if (!isUtf8(all)) throw new UsageError('the data is not UTF-8');
  return all.toString('utf8');
}
