// A stream's name as an argument of a command.
import { fits } from '../contract/validate.ts';
import { UsageError } from './command.ts';

/** Throws `UsageError` for what is no name. */
export function streamNamed(text: string): string {
  if (fits('stream-name', text)) return text;
  throw new UsageError(
    `A stream's name matches ^[a-z][a-z0-9_]{0,29}$, got ${JSON.stringify(text)}`,
  );
}
