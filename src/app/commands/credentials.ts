// The credentials file: who may call, with which rights. A key is shown once, here, and stored nowhere.
import { existsSync } from 'node:fs';
import { isServiceError } from '../../contract/errors.ts';
import type { CredentialPrincipal } from '../../contract/generated/types.ts';
import {
  type Credentials,
  isHmacKey,
  readCredentials,
  withKey,
  writeCredentials,
} from '../../server/credentials.ts';
import { type Call, type Command, type CommandGroup, Failure, UsageError } from '../command.ts';
import { credentialsPath } from '../credentials-path.ts';
import { listOf } from '../server-access.ts';
import { columns } from '../table.ts';
import { parseTime } from '../time.ts';

type Right = CredentialPrincipal['may'][number];
const KINDS = ['server', 'client'] as const;
const RIGHTS: readonly string[] = ['generate', 'consume', 'archive', 'admin'] satisfies Right[];
// `local` calls in open mode, `internal` from within the process: nobody comes from the network under these names.
const NAME = /^(?!local$|internal$)[A-Za-z0-9_.-]{1,64}$/;

const add: Command = {
  usage: 'credentials add NAME',
  description:
    'Gives a principal a key and its rights; a known one keeps its other keys, which have these rights too then. ' +
    'Prints the key, once, when it made it.',
  argsMin: 1,
  argsMax: 1,
  flags: {
    may: { value: RIGHTS.join(','), description: 'What it may do. Required.' },
    key: { value: 'KEY', description: 'The key; default: a new one of 32 random bytes.' },
    types: {
      value: 'A,B',
      description: 'Event types it may add and see, ORDER_* is a prefix. Default: all.',
    },
    streams: { value: 'A,B', description: 'Streams it may use. Default: all.' },
    origins: { value: 'A,B', description: 'Origins of web pages that may use its keys.' },
    kind: {
      value: KINDS.join('|'),
      description:
        'What the key is for: server, or client for pages, which only hear pings. Default: server.',
    },
    'public-id': {
      value: 'ID',
      description: 'Who knows this hears pings without a key, at /streams/ping/ID.',
    },
    hmac: {
      description: 'The key signs FutoIn messages (legacy HMAC): base64, and kept as it is.',
    },
    expires: { value: 'TIME', description: 'When the key ends, like 2027-01-31T00:00:00Z.' },
  },
  settings: ['credentials'],
  run: runAdd,
};

const list: Command = {
  usage: 'credentials list',
  description: 'Lists the principals with their rights.',
  argsMin: 0,
  argsMax: 0,
  flags: {},
  settings: ['credentials'],
  run: async ({ settings, stdout }) => {
    const { principals } = read(credentialsPath(settings));
    if (principals.length === 0) return stdout.print('There are no credentials.');
    for (const line of columns([HEAD, ...principals.map(rowOf)])) await stdout.print(line);
  },
};

const remove: Command = {
  usage: 'credentials remove NAME',
  description: 'Removes a principal with all its keys.',
  argsMin: 1,
  argsMax: 1,
  flags: {},
  settings: ['credentials'],
  run: async ({ settings, args: [name], stdout }) => {
    const path = credentialsPath(settings);
    const { principals } = read(path);
    const left = principals.filter((principal) => principal.name !== name);
    if (left.length === principals.length) throw new Failure(`${path} has no principal ${name}.`);
    writeCredentials(path, { principals: left });
    await stdout.print(`Removed ${name}.`);
  },
};

export const credentials: CommandGroup = {
  description: 'The credentials file: who may call, and what each may do.',
  commands: { add, list, remove },
  usual: null,
};

async function runAdd({ settings, args: [name = ''], flags, stdout, stderr }: Call): Promise<void> {
  if (!NAME.test(name)) {
    throw new UsageError(
      `NAME is up to 64 of A-Z a-z 0-9 _ . - and neither local nor internal, got ${JSON.stringify(name)}`,
    );
  }
  const isHmac = flags.has('hmac');
  if (isHmac && flags.has('expires')) throw new UsageError('--hmac keys do not expire.');
  const path = credentialsPath(settings);
  const isNew = !existsSync(path);
  const added = withKey(read(path), {
    name,
    may: rightsOf(flags.get('may')),
    key: keyOf(flags.get('key'), isHmac),
    isHmac,
    types: namesOf('types', flags),
    streams: namesOf('streams', flags),
    allowedOrigins: namesOf('origins', flags),
    expiresAt: expiryOf(flags.get('expires')),
    kind: kindOf(flags.get('kind')),
    publicId: flags.get('public-id'),
  });
  writeCredentials(path, added.credentials);
  const effect = isNew
    ? 'a server that runs in open mode must be started again'
    : 'running servers take it up';
  await stderr.print(`Wrote ${path}; ${effect}.`);
  if (!flags.has('key')) await stdout.print(added.key);
}

/** A file that is missing holds nobody. */
function read(path: string): Credentials {
  if (!existsSync(path)) return { principals: [] };
  try {
    return readCredentials(path);
  } catch (error) {
    const reason = isServiceError(error) || error instanceof Error ? error.message : String(error);
    throw new Failure(`${path} is not usable: ${reason}`);
  }
}

function kindOf(text: string | undefined): (typeof KINDS)[number] | undefined {
  const kind = KINDS.find((each) => each === text);
  if (text === undefined || kind !== undefined) return kind;
  throw new UsageError(`--kind must be one of ${KINDS.join(', ')}, got ${JSON.stringify(text)}`);
}

function rightsOf(text: string | undefined): Right[] {
  const rights = listOf(text) ?? [];
  const isSound = rights.length > 0 && rights.every((right) => RIGHTS.includes(right));
  if (isSound) return [...new Set(rights)] as Right[];
  throw new UsageError(`--may takes some of ${RIGHTS.join(',')}, got ${text ?? 'nothing'}`);
}

/** A header could not carry it otherwise; what signs is base64. */
function keyOf(text: string | undefined, isHmac: boolean): string | undefined {
  if (text === undefined) return undefined;
  if (isHmac && !isHmacKey(text)) {
    throw new UsageError('--hmac takes a --key of at least 8 bytes in base64.');
  }
  if (/^[\u0021-\u007e]+$/.test(text)) return text;
  throw new UsageError('--key takes printable ASCII without spaces.');
}

function namesOf(flag: string, flags: ReadonlyMap<string, string>): string[] | undefined {
  const names = listOf(flags.get(flag));
  if (names?.includes('')) throw new UsageError(`--${flag} takes names, comma separated.`);
  return names;
}

function expiryOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = parseTime(text);
  if (time !== null && Date.parse(time) > Date.now()) return time;
  throw new UsageError(`--expires takes a time to come, like 2027-01-31T00:00:00Z, got ${text}`);
}

const HEAD = ['NAME', 'MAY', 'TYPES', 'STREAMS', 'ORIGINS', 'PUBLIC ID', 'KEYS'];

function rowOf(principal: CredentialPrincipal): string[] {
  const { name, may, types, streams, allowedOrigins = [], publicId } = principal;
  return [
    name,
    may.join(','),
    (types ?? ['*']).join(','),
    (streams ?? ['*']).join(','),
    allowedOrigins.join(',') || '-',
    publicId ?? '-',
    keysText(principal),
  ];
}

function keysText({ keys, hmacKey }: CredentialPrincipal): string {
  const texts = keys.map(({ expiresAt, kind = 'server' }) => {
    const end = expiresAt ? `until ${expiresAt}` : 'for ever';
    return kind === 'server' ? end : `${kind}, ${end}`;
  });
  if (hmacKey !== undefined) texts.push('hmac, for ever');
  return `${texts.length} (${texts.join('; ')})`;
}
