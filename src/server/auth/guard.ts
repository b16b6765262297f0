// Who is calling, told from the headers of a request or of a WebSocket's upgrade, or from what a message itself says.
//
// Open mode (no credentials): everybody on this machine is `local`, so the guard keeps out what a web page or a proxy
// could send here in somebody else's name. With credentials the key decides, and a page's origin must be allowed.
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { ServiceError } from '../../contract/errors.ts';
import type { KeyHolder, KeyRing } from './key-ring.ts';
import { type KeyKind, LOCAL, type Principal } from './principal.ts';
import { offeredKey } from './subprotocol.ts';
import { readTicket, ticketOf } from './ticket.ts';

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

export function isLoopback(host: string): boolean {
  return LOOPBACK_HOST.test(host) || host === '::1';
}

/** Who was let in, and for how long. */
export interface Session {
  readonly principal: Principal;
  /** null in open mode, where nobody has a key. */
  readonly keyKind: KeyKind | null;
  readonly expiresAtMs: number;
  /** The same caller as of now; null when the key is gone, has expired, or has other rights. */
  renewed(): Session | null;
}

/** Checks a signature with the signer's raw key. */
export type SignatureCheck = (key: Buffer) => boolean;

export class Guard {
  readonly #keys: KeyRing | null;
  readonly #isNear: (peer: Socket) => boolean;

  /** Without keys: open mode, for peers on this machine. */
  constructor(keys: KeyRing | null, isNear: (peer: Socket) => boolean) {
    this.#keys = keys;
    this.#isNear = isNear;
  }

  /** True when nobody needs a key. */
  get isOpen(): boolean {
    return this.#keys === null;
  }

  /** True when pages of this origin may use the keys of somebody. */
  isSomebodysOrigin(origin: string): boolean {
    return this.#keys?.hasOrigin(origin) ?? false;
  }

  /** Grows whenever sessions should be renewed. */
  get version(): number {
    return this.#keys?.version ?? 0;
  }

  /** Whoever comes without a key must be on this machine, whatever its headers say. Throws `SecurityError`. */
  requireNear(peer: Socket): void {
    if (this.isOpen && !this.#isNear(peer)) refuse('the caller is on another one');
  }

  /** By the headers, for calls of every kind. Throws `SecurityError`, `PleaseReauth`. */
  identify(headers: IncomingHttpHeaders): Session {
    return forCalls(this.identifyAnyKind(headers));
  }

  /** The same for what is open to keys of other kinds as well. */
  identifyAnyKind(headers: IncomingHttpHeaders): Session {
    const admitted = this.admit(headers);
    if (admitted !== null) return admitted;
    const { name, key } = parseAuthorization(headers.authorization);
    return this.#identifyKey(headers, name, key);
  }

  /** By the headers of an upgrade, which may offer a key as a subprotocol. Throws `SecurityError`, `PleaseReauth`. */
  identifyUpgrade(headers: IncomingHttpHeaders): Session {
    const isTold = this.isOpen || headers.authorization !== undefined;
    const key = isTold ? null : offeredKey(headers);
    return key === null ? this.identify(headers) : this.identifyKey(headers, null, key);
  }

  /** Who it is without being asked, in open mode; null = it has to say. Throws `SecurityError`. */
  admit(headers: IncomingHttpHeaders): Session | null {
    if (!this.isOpen) return null;
    requireLocal(headers);
    return LOCAL_SESSION;
  }

  /** By a key, and the name it must belong to where one is given. Throws `SecurityError`, `PleaseReauth`. */
  identifyKey(headers: IncomingHttpHeaders, name: string | null, key: string): Session {
    return forCalls(this.#identifyKey(headers, name, key));
  }

  #identifyKey(headers: IncomingHttpHeaders, name: string | null, key: string): Session {
    const keys = this.#ring;
    const digest = keys.digestOf(key);
    return letIn(headers, () => keys.holderOf(digest, name));
  }

  /**
   * By the headers, or by a ticket that stands in the address where they say nothing. Throws `SecurityError`,
   * `PleaseReauth`.
   */
  identifyAddress(headers: IncomingHttpHeaders, address: string, ticket: string | null): Session {
    if (ticket === null || this.isOpen || headers.authorization !== undefined) {
      return this.identifyAnyKind(headers);
    }
    const read = readTicket(ticket);
    if (read === null) throw new ServiceError('SecurityError');
    const { digest } = this.#ring.holderOfTicket(read, address);
    // Who has come in stays as long as the key is good.
    return letIn(headers, () => this.#ring.holderOf(digest, null));
  }

  /** By a public id, which is no secret. Throws `UnknownMethod` where nobody has it. */
  identifyPublic(headers: IncomingHttpHeaders, publicId: string): Session {
    if (this.isOpen) throw new ServiceError('UnknownMethod', { message: 'There is nothing here.' });
    return letIn(headers, () => this.#ring.holderOfPublicId(publicId));
  }

  /** A ticket for an address, made with the key of these headers; null in open mode, where nobody needs one. */
  ticketFor(headers: IncomingHttpHeaders, address: string, expiresAtMs: number): string | null {
    this.identifyAnyKind(headers);
    if (this.isOpen) return null;
    const { key } = parseAuthorization(headers.authorization);
    return ticketOf(this.#ring.digestOf(key), address, expiresAtMs);
  }

  /** By a signature; gives the raw key too, to answer with. Throws `SecurityError`. */
  identifySigner(
    headers: IncomingHttpHeaders,
    name: string,
    isSigned: SignatureCheck,
  ): { session: Session; key: Buffer } {
    const keys = this.#ring;
    const { key } = keys.signerOf(name);
    if (!isSigned(key)) throw new ServiceError('SecurityError');
    const session = letIn(headers, () => {
      const signer = keys.signerOf(name);
      if (!signer.key.equals(key)) throw new ServiceError('SecurityError');
      return signer.holder;
    });
    return { session, key };
  }

  get #ring(): KeyRing {
    if (this.#keys === null) throw new ServiceError('SecurityError');
    return this.#keys;
  }
}

/** A key of another kind is in the hands of many: for all but what it was made for it is one that nobody has. */
function forCalls(session: Session): Session {
  const { keyKind } = session;
  if (keyKind !== null && keyKind !== 'server') throw new ServiceError('SecurityError');
  return session;
}

const LOCAL_SESSION: Session = {
  principal: LOCAL,
  keyKind: null,
  expiresAtMs: Number.POSITIVE_INFINITY,
  renewed: () => LOCAL_SESSION,
};

function requireLocal(headers: IncomingHttpHeaders): void {
  const host = headers.host ?? '';
  if (!LOOPBACK_HOST.test(host)) refuse('Host must be this machine');
  const { origin } = headers;
  if (origin !== undefined && !isOwnOrigin(origin, host)) refuse('Origin is foreign');
  if (isForeignSite(headers)) refuse('Sec-Fetch-Site is foreign');
  const isForwarded = Object.keys(headers).some(
    (name) => name === 'forwarded' || name.startsWith('x-forwarded-'),
  );
  if (isForwarded) refuse('a proxy stands between');
}

/** A page that comes from where it calls, also when a proxy speaks TLS in front. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

/** True when a browser says that a page of somebody else made it send this. */
export function isForeignSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

function refuse(reason: string): never {
  throw new ServiceError('SecurityError', {
    message: `Open mode serves this machine only: ${reason}. Add credentials to serve others.`,
  });
}

function letIn(headers: IncomingHttpHeaders, findHolder: () => KeyHolder): Session {
  const holder = findHolder();
  const { origin, host } = headers;
  const isAllowed =
    origin === undefined || holder.allowedOrigins.includes(origin) || isOwnOrigin(origin, host);
  if (!isAllowed)
    throw new ServiceError('SecurityError', { message: 'The origin is not allowed.' });
  return sessionOf(holder, findHolder);
}

function sessionOf(holder: KeyHolder, lookAgain: () => KeyHolder): Session {
  const rights = JSON.stringify({ ...holder, expiresAtMs: null });
  return {
    principal: holder,
    keyKind: holder.kind,
    expiresAtMs: holder.expiresAtMs,
    renewed: () => {
      try {
        const now = lookAgain();
        const isSame = JSON.stringify({ ...now, expiresAtMs: null }) === rights;
        return isSame ? sessionOf(now, lookAgain) : null;
      } catch {
        return null;
      }
    },
  };
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
