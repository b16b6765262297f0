// Data that goes to the server as its caller has written it.
import { jsonTextOf } from '../contract/json-text.ts';
import { CallError } from './call-error.ts';

/** JSON text in the place of a value: `JSON.stringify` would turn `1.0` into `1`, and cannot write 2^53+1. */
export class JsonText {
  /** The text as it was given. */
  readonly text: string;

  /**
   * Takes the text of one JSON value.
   *
   * @throws SyntaxError unless the text is JSON
   */
  constructor(text: string) {
    JSON.parse(text);
    this.text = text;
  }
}

/** The text of a value, or of what already is text. Throws `CallError` when it has no JSON form. */
export function dataTextOf(data: unknown): string {
  if (data instanceof JsonText) return data.text;
  try {
    return jsonTextOf(data);
  } catch (cause) {
    throw new CallError('InvalidRequest', { message: (cause as Error).message, cause });
  }
}
