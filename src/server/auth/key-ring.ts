// The keys in force. Reloads the credentials file when it changes; a file that is missing or broken then keeps the
// last good one, so that a slip of an editor locks nobody out.
import { timingSafeEqual } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Service } from '../../base/lifecycle.ts';
import { Loop } from '../../base/loop.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import {
  type CredentialKey,
  type CredentialPrincipal,
  type Credentials,
  type NewKey,
  readCredentials,
  sha256Of,
  withKey,
} from '../credentials.ts';
import type { KeyKind, Principal } from './principal.ts';
import { isOf, type Ticket } from './ticket.ts';

const LOOK_MS = 300;

/** A principal with what only the network's edge asks about. */
export interface KeyHolder extends Principal {
  readonly allowedOrigins: readonly string[];
  readonly expiresAtMs: number;
  readonly kind: KeyKind;
}

/** A principal who may sign its messages, with the raw key. */
export interface Signer {
  readonly key: Buffer;
  readonly holder: KeyHolder;
}

interface Key {
  readonly digest: Buffer;
  readonly holder: KeyHolder;
}

interface Holders {
  readonly keys: readonly Key[];
  readonly signers: ReadonlyMap<string, Signer>;
  readonly origins: ReadonlySet<string>;
  readonly byPublicId: ReadonlyMap<string, KeyHolder>;
}

export class KeyRing implements Service {
  readonly #path: string;
  readonly #logger: Logger;
  readonly #watch: Loop;
  #read: Credentials;
  #own: Credentials = { principals: [] };
  #holders: Holders;
  #seen: string;
  #version = 0;

  /** Reads the file at once. Throws when it is missing or broken. */
  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
    this.#seen = this.#stamp();
    this.#read = readCredentials(path);
    this.#holders = holdersOf(this.#read);
    this.#watch = new Loop({
      backoff: { firstMs: LOOK_MS, maxMs: LOOK_MS },
      step: async () => this.#look(),
      onError: (error) =>
        logger.error(
          { error, path },
          'The credentials file is not usable; the last good one stays in force.',
        ),
    });
  }

  start(): Promise<void> {
    return this.#watch.start();
  }

  /** The file may be another. */
  hint(): void {
    this.#watch.hint();
  }

  stop(): Promise<void> {
    return this.#watch.stop();
  }

  /** A key of the application's, beside those of the file. The same again changes nothing. Throws `InvalidRequest`. */
  add(added: NewKey): void {
    const { credentials } = withKey(this.#own, added);
    if (JSON.stringify(sorted(credentials)) === JSON.stringify(sorted(this.#own))) return;
    this.#own = credentials;
    this.#take();
  }

  /** Of those that were added so; false when there is none of this name. */
  remove(name: string): boolean {
    const principals = this.#own.principals.filter((principal) => principal.name !== name);
    if (principals.length === this.#own.principals.length) return false;
    this.#own = { principals };
    this.#take();
    return true;
  }

  /** Counts the times that there were other keys. */
  get version(): number {
    return this.#version;
  }

  /** True when pages of this origin may use the keys of some principal. */
  hasOrigin(origin: string): boolean {
    return this.#holders.origins.has(origin);
  }

  digestOf(key: string): Buffer {
    return Buffer.from(sha256Of(key), 'hex');
  }

  /** Who holds the key (and has this name, where one is given). Throws `SecurityError`, `PleaseReauth`. */
  holderOf(digest: Buffer, name: string | null): KeyHolder {
    // Every key is compared, and each in constant time.
    const found = this.#holders.keys.filter((each) => timingSafeEqual(each.digest, digest));
    const fitting = found.find((each) => name === null || each.holder.name === name);
    if (fitting === undefined) throw new ServiceError('SecurityError');
    if (fitting.holder.expiresAtMs <= Date.now()) throw new ServiceError('PleaseReauth');
    return fitting.holder;
  }

  /** Who holds the key that the ticket was made with. Throws `SecurityError`, `PleaseReauth`. */
  holderOfTicket(ticket: Ticket, address: string): { holder: KeyHolder; digest: Buffer } {
    const key = this.#holders.keys.find(({ digest }) => isOf(digest, ticket, address));
    if (key === undefined) throw new ServiceError('SecurityError');
    if (ticket.expiresAtMs <= Date.now()) throw new ServiceError('PleaseReauth');
    return { holder: this.holderOf(key.digest, null), digest: key.digest };
  }

  /** Who has this public id. Throws `UnknownMethod`. */
  holderOfPublicId(publicId: string): KeyHolder {
    const holder = this.#holders.byPublicId.get(publicId);
    if (holder === undefined) {
      throw new ServiceError('UnknownMethod', { message: 'There is nothing here.' });
    }
    return holder;
  }

  /** Who signs by this name. Throws `SecurityError`. */
  signerOf(name: string): Signer {
    const signer = this.#holders.signers.get(name);
    if (signer === undefined) throw new ServiceError('SecurityError');
    return signer;
  }

  #look(): number {
    const stamp = this.#stamp();
    if (stamp !== this.#seen) {
      this.#seen = stamp;
      this.#read = readCredentials(this.#path);
      this.#take();
      this.#logger.info(
        { path: this.#path, keys: this.#holders.keys.length },
        'The credentials file was read again.',
      );
    }
    return LOOK_MS;
  }

  #take(): void {
    const principals = [...this.#read.principals, ...this.#own.principals];
    this.#holders = holdersOf({ principals });
    this.#version += 1;
  }

  #stamp(): string {
    const { mtimeMs, size, ino } = statSync(this.#path);
    return `${mtimeMs} ${size} ${ino}`;
  }
}

/** Whoever is added again goes to the end. */
function sorted({ principals }: Credentials): CredentialPrincipal[] {
  return [...principals].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function holdersOf(credentials: Credentials): Holders {
  const signers = credentials.principals.flatMap((principal): [string, Signer][] =>
    principal.hmacKey === undefined
      ? []
      : [
          [
            principal.name,
            { key: Buffer.from(principal.hmacKey, 'base64'), holder: holderOf(principal, {}) },
          ],
        ],
  );
  const origins = credentials.principals.flatMap((principal) => principal.allowedOrigins ?? []);
  const byPublicId = credentials.principals.flatMap((principal): [string, KeyHolder][] =>
    principal.publicId === undefined
      ? []
      : [[principal.publicId, holderOf(principal, { kind: 'public' })]],
  );
  return {
    keys: keysOf(credentials),
    signers: new Map(signers),
    origins: new Set(origins),
    byPublicId: new Map(byPublicId),
  };
}

function keysOf(credentials: Credentials): Key[] {
  return credentials.principals.flatMap((principal) =>
    principal.keys.map((key) => ({
      digest: Buffer.from(key.sha256, 'hex'),
      holder: holderOf(principal, key),
    })),
  );
}

function holderOf(
  principal: CredentialPrincipal,
  key: Pick<CredentialKey, 'expiresAt' | 'kind'>,
): KeyHolder {
  return {
    name: principal.name,
    may: principal.may,
    types: principal.types ?? ['*'],
    streams: principal.streams ?? ['*'],
    allowedOrigins: principal.allowedOrigins ?? [],
    expiresAtMs: key.expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(key.expiresAt),
    kind: key.kind ?? 'server',
  };
}
