// What may be said of a sink on standard output.
import type { Checks } from '../../../base/options.ts';
import { aFunction } from '../../../contract/checks.ts';
import type { Encode } from '../encoding.ts';

/** How events are written to standard output. */
export interface StdoutSettings {
  /** Makes the lines; in code only. @default JSON as in files */
  readonly encode?: Encode | undefined;
}

export const STDOUT_CHECKS: Checks<StdoutSettings> = { encode: aFunction };
