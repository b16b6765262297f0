// Who is calling, told from the headers of a request or of a WebSocket's upgrade.
//
// Open mode (no credentials): everybody on this machine is `local`, so the guard keeps out what a web page or a proxy
// could send here in somebody else's name. With credentials the key decides, and a page's origin must be allowed.
import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '../../contract/errors.ts';
import type { KeyRing } from './key-ring.ts';
import { LOCAL, type Principal } from './principal.ts';

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

export function isLoopback(host: string): boolean {
  return LOOPBACK_HOST.test(host) || host === '::1';
}

export class Guard {
  readonly #keys: KeyRing | null;

  /** Without keys: open mode. */
  constructor(keys: KeyRing | null) {
    this.#keys = keys;
  }

  get isOpen(): boolean {
    return this.#keys === null;
  }

  /** Throws `SecurityError`, `PleaseReauth`. */
  identify(headers: IncomingHttpHeaders): Principal {
    return this.#keys === null ? identifyLocal(headers) : identifyHolder(headers, this.#keys);
  }
}

function identifyLocal(headers: IncomingHttpHeaders): Principal {
  const host = headers.host ?? '';
  if (!LOOPBACK_HOST.test(host)) refuse('Host must be this machine');
  if (headers.origin !== undefined && headers.origin !== `http://${host}`)
    refuse('Origin is foreign');
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    refuse('Sec-Fetch-Site is foreign');
  const isForwarded = Object.keys(headers).some(
    (name) => name === 'forwarded' || name.startsWith('x-forwarded-'),
  );
  if (isForwarded) refuse('a proxy stands between');
  return LOCAL;
}

function refuse(reason: string): never {
  throw new ServiceError('SecurityError', {
    message: `Open mode serves this machine only: ${reason}. Add credentials to serve others.`,
  });
}

function identifyHolder(headers: IncomingHttpHeaders, keys: KeyRing): Principal {
  const { name, key } = parseAuthorization(headers.authorization);
  const holder = keys.holderOf(key, name);
  const { origin, host } = headers;
  const isAllowed =
    origin === undefined ||
    holder.allowedOrigins.includes(origin) ||
    origin === `https://${host}` ||
    origin === `http://${host}`;
  if (!isAllowed)
    throw new ServiceError('SecurityError', { message: 'The origin is not allowed.' });
  return holder;
}

/** `Bearer KEY`, or Basic `name:key`. */
function parseAuthorization(header: string | undefined): { name: string | null; key: string } {
  const [, scheme, value] = /^(bearer|basic) +(\S+)$/i.exec(header ?? '') ?? [];
  if (scheme === undefined || value === undefined) throw new ServiceError('SecurityError');
  if (scheme.toLowerCase() === 'bearer') return { name: null, key: value };
  const [, name, key] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, 'base64').toString('utf8')) ?? [];
  if (name === undefined || key === undefined) throw new ServiceError('SecurityError');
  return { name, key };
}
