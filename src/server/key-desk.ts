// The credentials file of this node, for callers with the right to change it. Other nodes with the same file take it
// up.
import { ServiceError } from '../contract/errors.ts';
import {
  type Credentials,
  type NewKey,
  readCredentials,
  withKey,
  writeCredentials,
} from './credentials.ts';

export class KeyDesk {
  readonly #path: string | null;
  readonly #onWritten: () => void;

  /** `path` is null in open mode; `onWritten` is told when the file is another. */
  constructor(path: string | null, onWritten: () => void) {
    this.#path = path;
    this.#onWritten = onWritten;
  }

  /** Gives the key. Throws `InvalidRequest`. */
  add(added: NewKey): string {
    const before = this.#read();
    // A date that is none is told as such below.
    if (Date.parse(added.expiresAt ?? '') <= Date.now()) {
      throw new ServiceError('InvalidRequest', { message: 'expires_at: is over' });
    }
    const { credentials, key } = withKey(before, added);
    this.#write(before, credentials);
    return key;
  }

  /** False: there was no such principal. Throws `InvalidRequest`. */
  remove(name: string): boolean {
    const before = this.#read();
    const principals = before.principals.filter((principal) => principal.name !== name);
    this.#write(before, { principals });
    return principals.length < before.principals.length;
  }

  #read(): Credentials {
    if (this.#path !== null) return readCredentials(this.#path);
    const message = 'In open mode there are no credentials: name a file first (EVT_CREDENTIALS).';
    throw new ServiceError('InvalidRequest', { message });
  }

  #write(before: Credentials, after: Credentials): void {
    if (this.#path === null || JSON.stringify(before) === JSON.stringify(after)) return;
    writeCredentials(this.#path, after);
    this.#onWritten();
  }
}
