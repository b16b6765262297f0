// The server that a command talks to, and what its flags mean on the wire. What the contract does not allow is a
// wrong use of the command and is never sent.
import { type CallMethod, type CallParams, type Client, createClient } from '../client/index.ts';
import { isServiceError } from '../contract/errors.ts';
import type { From } from '../contract/generated/types.ts';
import { validate } from '../contract/validate.ts';
import { type Flag, UsageError } from './command.ts';
import { parseTime } from './time.ts';

type Access = { readonly url: string; readonly key: string | null };

/** The settings of every command that talks to a server. */
export const ACCESS_SETTINGS = ['url', 'key'] as const;
export const STREAM_FLAG: Flag = { value: 'S', description: 'The stream; default main.' };
export const OWNER_FLAG: Flag = {
  value: 'P',
  description: "Whose consumer; another's needs the right admin. Default: yours.",
};
export const JSON_FLAG: Flag = { description: 'Print JSON.' };

export function clientOf({ url, key }: Access): Client {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new UsageError(`EVT_URL (--url) must be like http://127.0.0.1:8080, got ${url}`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new UsageError('EVT_URL (--url) must hold no key: give it as EVT_KEY (--key).');
  }
  return createClient({ url, key });
}

/** The params without what was not given. Throws `UsageError` unless they are as the contract wants them. */
export function paramsOf<M extends CallMethod>(
  method: M,
  given: { readonly [K in keyof CallParams<M>]: CallParams<M>[K] | undefined },
): CallParams<M> {
  const params = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  try {
    return validate(`methods/${method}.params`, params);
  } catch (error) {
    throw isServiceError(error) ? new UsageError(error.message) : error;
  }
}

/** `beginning`, `now`, an id, or a time. Throws `UsageError`. */
export function fromOf(text: string | undefined): From | undefined {
  if (text === undefined || text === 'beginning' || text === 'now') return text;
  if (/^\d+$/.test(text)) return { id: text };
  const time = parseTime(text);
  if (time !== null) return { time };
  throw new UsageError(
    `--from takes beginning, now, an id or a time like 2026-11-20T21:32:25Z, got ${text}`,
  );
}

/** `A,B` as a list. */
export function listOf(text: string | undefined): string[] | undefined {
  return text?.split(',').map((item) => item.trim());
}
