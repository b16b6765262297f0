// Data that goes to the server as its caller has written it.
import { jsonTextOf } from '../contract/json-text.ts';
import { CallError } from './call-error.ts';

/** The text of a value, or of what already is text. Throws `CallError` when it has no JSON form. */
export function dataTextOf(data: unknown): string {
  try {
    return jsonTextOf(data);
  } catch (cause) {
    throw new CallError('InvalidRequest', { message: (cause as Error).message, cause });
  }
}
