// What the address of a stream asks for. A parameter that does not exist is refused: a misspelt filter would let
// everything through.
import { unknownName } from '../../base/options.ts';
import { ServiceError } from '../../contract/errors.ts';
import { queryOf } from '../paths.ts';

/** Every address may have these: the stream, a ticket, and where clients put what they cannot send as a header. */
const EVERYWHERE = ['stream', 'ticket', 'lastEventId'];

export class StreamQuery {
  readonly #values: URLSearchParams;

  constructor(url: string) {
    this.#values = new URLSearchParams(queryOf(url));
  }

  /** As it was given. */
  get all(): URLSearchParams {
    return new URLSearchParams(this.#values);
  }

  /** Throws `InvalidRequest` for a parameter that is not among these, and for one that is there twice. */
  allow(names: readonly string[]): void {
    const known = [...EVERYWHERE, ...names];
    for (const name of new Set(this.#values.keys())) {
      if (!known.includes(name)) throw invalid(unknownName(name, known, 'parameter'));
      if (this.#values.getAll(name).length > 1) throw invalid(`${name}: is there twice`);
    }
  }

  /** null = it is not there, or empty. */
  text(name: string): string | null {
    return this.#values.get(name) || null;
  }

  /** What stands between commas; null = it is not there. Empty when nothing does. */
  list(name: string): readonly string[] | null {
    const text = this.#values.get(name);
    return text === null ? null : text.split(',').filter((part) => part !== '');
  }
}

export function invalid(message: string): ServiceError {
  return new ServiceError('InvalidRequest', { message, details: { in: 'query' } });
}
