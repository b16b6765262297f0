// What may be said of a sink for Redis Streams, what is wrong with it, and the defaults of what is left out.
import type { Checks } from '../../../base/options.ts';
import { anInteger, aText, required } from '../../../contract/checks.ts';

/** Which key of a Redis server a sink adds to, and how it gets there. */
export interface RedisSettings {
  /** `redis://[user[:password]@]host[:port][/database]`, or `rediss://` for TLS. */
  readonly url: string;
  /** The key of the stream, which is the sink's alone. @default 'evt:' and the stream's name */
  readonly key?: string | undefined;
  /** About how many entries stay, the newest; 0 = all. @default 0 */
  readonly maxLength?: number | undefined;
  /** The path of the certificates that the server's must be signed by; needs `rediss://`. @default those of Node */
  readonly caFile?: string | undefined;
}

/** The same with everything said. */
export interface RedisPlace {
  readonly url: string;
  readonly key: string;
  readonly maxLength: number;
  readonly caFile: string | null;
}

const PROTOCOLS = ['redis:', 'rediss:'];
const KEY_CHARS_MAX = 1000;

export const REDIS_CHECKS: Checks<RedisSettings> = {
  url: required({
    rule: 'must be redis://[user[:password]@]host[:port][/database] or rediss://...',
    fits: (value) =>
      typeof value === 'string' &&
      URL.canParse(value) &&
      PROTOCOLS.includes(new URL(value).protocol) &&
      new URL(value).hostname !== '' &&
      /^(\/\d*)?$/.test(new URL(value).pathname),
    isSecret: true,
  }),
  key: {
    rule: `must be 1 to ${KEY_CHARS_MAX} characters`,
    fits: (value) => aText.fits(value) && value !== '' && String(value).length <= KEY_CHARS_MAX,
  },
  maxLength: anInteger(0, Number.MAX_SAFE_INTEGER),
  caFile: aText,
};

/** Of settings without problems. */
export function redisPlaceOf(settings: RedisSettings, stream: string): RedisPlace {
  const { url, key = `evt:${stream}`, maxLength = 0, caFile = null } = settings;
  return { url, key, maxLength, caFile };
}
