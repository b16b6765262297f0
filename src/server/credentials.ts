// The credentials file: principals with the SHA-256 of their keys. The server reads it, `aftercommit credentials`
// writes it; a key itself is shown once and stored nowhere.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ServiceError } from '../contract/errors.ts';
import type {
  CredentialKey,
  CredentialPrincipal,
  Credentials,
} from '../contract/generated/types.ts';
import { validate } from '../contract/validate.ts';

export type {
  CredentialKey,
  CredentialPrincipal,
  Credentials,
} from '../contract/generated/types.ts';

export function sha256Of(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Throws when the file is missing, is not JSON, breaks the schema, or names a principal twice. */
export function readCredentials(path: string): Credentials {
  return sound(JSON.parse(readFileSync(path, 'utf8')));
}

/** Whoever writes them asks too, so that what was written can be read again. Throws `InvalidRequest`. */
function sound(read: unknown): Credentials {
  const credentials = validate<Credentials>('credentials', read);
  const names = credentials.principals.map((principal) => principal.name);
  const ids = credentials.principals.flatMap(({ publicId }) => publicId ?? []);
  const doubledId = ids.find((id, place) => ids.indexOf(id) !== place);
  if (doubledId !== undefined) throw invalid(`The public id ${doubledId} is there twice.`);
  const doubled = names.find((name, place) => names.indexOf(name) !== place);
  if (doubled !== undefined) throw invalid(`The principal ${doubled} is there twice.`);
  for (const { name, keys, hmacKey } of credentials.principals) {
    if (hmacKey !== undefined && !isHmacKey(hmacKey)) {
      throw invalid(`The hmacKey of ${name} is not base64 of ${HMAC_KEY_BYTES_MIN} bytes or more.`);
    }
    // A date that is none would never come.
    const isBad = keys.some((key) => key.expiresAt !== undefined && isNoDate(key.expiresAt));
    if (isBad) throw invalid(`A key of ${name} has an expiresAt that is no date.`);
  }
  return credentials;
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidRequest', { message });
}

/** What is no base64 would decode to nothing, and with an empty key anybody could sign. */
const HMAC_KEY_BYTES_MIN = 8;

export function isHmacKey(text: string): boolean {
  const key = Buffer.from(text, 'base64');
  return key.length >= HMAC_KEY_BYTES_MIN && key.toString('base64') === text;
}

function isNoDate(text: string): boolean {
  return Number.isNaN(Date.parse(text));
}

/** Replaces the file in one piece, readable by its owner only: a reload never sees half of it. */
export function writeCredentials(path: string, credentials: Credentials): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

export interface NewKey {
  readonly name: string;
  readonly may: CredentialPrincipal['may'];
  readonly types?: readonly string[] | undefined;
  readonly streams?: readonly string[] | undefined;
  readonly allowedOrigins?: readonly string[] | undefined;
  readonly expiresAt?: string | undefined;
  readonly kind?: CredentialKey['kind'] | undefined;
  /** Of the principal. */
  readonly publicId?: string | undefined;
  /** Made when left out. */
  readonly key?: string | undefined;
  /** The key signs FutoIn messages: base64, and kept as it is. */
  readonly isHmac?: boolean;
}

/**
 * Adds a key to a principal, who is made when new and else keeps its keys and gets the rights given here. Throws
 * `InvalidRequest`.
 */
export function withKey(
  credentials: Credentials,
  added: NewKey,
): { credentials: Credentials; key: string } {
  const key = added.key ?? randomBytes(32).toString(added.isHmac ? 'base64' : 'base64url');
  const others = credentials.principals.filter((each) => each.name !== added.name);
  requireUsable(added, key, others);
  const known = credentials.principals.find((principal) => principal.name === added.name);
  const principal: CredentialPrincipal = {
    ...known,
    name: added.name,
    keys: known?.keys ?? [],
    ...(added.isHmac ? { hmacKey: key } : { keys: withEntry(known?.keys ?? [], key, added) }),
    may: added.may,
    ...(added.types === undefined ? {} : { types: [...added.types] }),
    ...(added.streams === undefined ? {} : { streams: [...added.streams] }),
    ...(added.allowedOrigins === undefined ? {} : { allowedOrigins: [...added.allowedOrigins] }),
    ...(added.publicId === undefined ? {} : { publicId: added.publicId }),
  };
  const changed = { principals: [...others, principal] };
  return { credentials: sound(changed), key };
}

/** Asked of what is new only: a file that holds such is read nevertheless. */
function requireUsable(
  { allowedOrigins = [] }: NewKey,
  key: string,
  others: readonly CredentialPrincipal[],
): void {
  const origin = allowedOrigins.find((each) => !isOrigin(each));
  if (origin !== undefined) {
    const got = JSON.stringify(origin.slice(0, 256));
    throw invalid(`An origin is as browsers say it, like https://shop.example, and not ${got}.`);
  }
  const digest = sha256Of(key);
  const other = others.find(({ keys }) => keys.some(({ sha256 }) => sha256 === digest));
  if (other !== undefined) throw invalid(`The principal ${other.name} has the same key.`);
}

function isOrigin(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//.test(text) && URL.canParse(text) && originOf(text) === text;
}

/** Of an app's own scheme there is none by Node; browsers say it nevertheless. */
function originOf(text: string): string {
  const { origin, protocol, host } = new URL(text);
  return origin === 'null' ? `${protocol}//${host}` : origin;
}

function withEntry(
  keys: readonly CredentialKey[],
  key: string,
  { expiresAt, kind }: Pick<NewKey, 'expiresAt' | 'kind'>,
): CredentialKey[] {
  const entry = {
    sha256: sha256Of(key),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(kind === undefined ? {} : { kind }),
  };
  return [...keys.filter((each) => each.sha256 !== entry.sha256), entry];
}
