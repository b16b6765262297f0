// What may be said of a sink for NATS JetStream, what is wrong with it, and the defaults of what is left out.
import type { Check, Checks } from '../../../base/options.ts';
import {
  aBoolean,
  anInteger,
  aText,
  milliseconds,
  required,
  secret,
} from '../../../contract/checks.ts';

/** Which JetStream stream a sink publishes to, and how it gets there. */
export interface NatsSettings {
  /** Servers of one system, `nats://host:port`, or `tls://host:port` to insist on TLS: one, or a list of up to 16. */
  readonly servers: string | readonly string[];
  /** The JetStream stream, which is the sink's alone: `^[A-Za-z0-9_-]{1,64}$`. @default 'evt_' and the stream's name */
  readonly jetStream?: string | undefined;
  /** What subjects begin with: names of letters, digits, `_` and `-`, with dots between them. @default 'evt' */
  readonly prefix?: string | undefined;
  /** Make the JetStream stream when there is none. @default true */
  readonly create?: boolean | undefined;
  /** On how many servers a stream that it makes is kept: 1 to 5. @default 1 */
  readonly replicas?: number | undefined;
  /** How many messages a stream that it makes may hold; then the sink waits. 0 = as many as there are. @default 0 */
  readonly maxMessages?: number | undefined;
  /** How old messages get in a stream that it makes; 0 = they stay. @default 0 */
  readonly maxAgeMs?: number | undefined;
  /** As whom it connects. @default nobody */
  readonly user?: string | undefined;
  /** The password of `user`. @default none */
  readonly password?: string | undefined;
  /** The token of servers that ask for one. @default none */
  readonly token?: string | undefined;
  /** The path of a file with a JWT and its key. @default none */
  readonly credsFile?: string | undefined;
  /** The path of the certificates that a server's must be signed by. @default those of Node */
  readonly caFile?: string | undefined;
  /** The path of its own certificate. @default none */
  readonly certFile?: string | undefined;
  /** The path of the key of that certificate. @default none */
  readonly keyFile?: string | undefined;
}

/** The same with everything said. */
export interface NatsPlace {
  readonly servers: readonly string[];
  readonly jetStream: string;
  readonly prefix: string;
  readonly create: boolean;
  readonly replicas: number;
  readonly maxMessages: number;
  readonly maxAgeMs: number;
  readonly access: Pick<
    NatsSettings,
    'user' | 'password' | 'token' | 'credsFile' | 'caFile' | 'certFile' | 'keyFile'
  >;
}

/** JetStream counts nanoseconds in 63 bits. */
const AGE_MS_MAX = 2 ** 43;
const REPLICAS_MAX = 5;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const PREFIX = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
const SERVERS_MAX = 16;
const PROTOCOLS = ['nats:', 'tls:'];

export const NATS_CHECKS: Checks<NatsSettings> = {
  servers: required({
    rule: 'must be nats://host:port or tls://host:port, or a list of these, without a password',
    fits: (value) => isListOfServers(Array.isArray(value) ? value : [value]),
    // Somebody may have put it there in spite of that.
    isSecret: true,
  }),
  jetStream: matching(NAME),
  prefix: matching(PREFIX),
  create: aBoolean,
  replicas: anInteger(1, REPLICAS_MAX),
  maxMessages: anInteger(0, Number.MAX_SAFE_INTEGER),
  maxAgeMs: milliseconds(0, AGE_MS_MAX),
  user: aText,
  password: secret(aText),
  token: secret(aText),
  credsFile: aText,
  caFile: aText,
  certFile: aText,
  keyFile: aText,
};

/** Of settings without problems. */
export function natsPlaceOf(settings: NatsSettings, stream: string): NatsPlace {
  const { servers, jetStream = `evt_${stream}`, prefix = 'evt', create = true } = settings;
  const { replicas = 1, maxMessages = 0, maxAgeMs = 0 } = settings;
  const { user, password, token, credsFile, caFile, certFile, keyFile } = settings;
  return {
    servers: typeof servers === 'string' ? [servers] : servers,
    ...{ jetStream, prefix, create, replicas, maxMessages, maxAgeMs },
    access: { user, password, token, credsFile, caFile, certFile, keyFile },
  };
}

function isListOfServers(values: readonly unknown[]): boolean {
  return values.length >= 1 && values.length <= SERVERS_MAX && values.every(isServer);
}

function isServer(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname, username, password, pathname, search } = new URL(value);
  if (!PROTOCOLS.includes(protocol) || hostname === '') return false;
  return username === '' && password === '' && search === '' && ['', '/'].includes(pathname);
}

function matching(pattern: RegExp): Check {
  return {
    rule: `must match ${pattern.source}`,
    fits: (value) => typeof value === 'string' && pattern.test(value),
  };
}
