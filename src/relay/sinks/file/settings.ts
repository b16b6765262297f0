// What may be said of a file sink, what is wrong with it, and the defaults of what is left out.
import { resolve } from 'node:path';
import type { Check, Checks } from '../../../base/options.ts';
import {
  aBoolean,
  aFunction,
  anInteger,
  aText,
  milliseconds,
  oneOf,
  required,
} from '../../../contract/checks.ts';
import type { EventRow } from '../../../contract/event.ts';
import { type Encode, headedLineMaker } from '../encoding.ts';
import type { Line } from './lines.ts';

/** Where a file sink writes, and how. */
export interface FileSettings {
  /** The folder of the files; it is made when it is not there. */
  readonly dir: string;
  /** What the names of the files begin with: `^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$`. @default 'events' */
  readonly prefix?: string | undefined;
  /** A file gets no larger, unless a single event is: 1 to 2^40. @default 67108864 */
  readonly segmentBytes?: number | undefined;
  /** How old a file may be when an event is added to it. @default 3600000 */
  readonly segmentMs?: number | undefined;
  /**
   * When what was written is forced to the disk: for each event, for each batch before it counts as written, when a
   * file is complete, or never. Only the first two keep everything through a power failure. @default 'batch'
   */
  readonly fsync?: 'event' | 'batch' | 'segment' | 'none' | undefined;
  /** A complete file gets a `.meta.json` beside it. @default true */
  readonly metadata?: boolean | undefined;
  /** The rights of new files, as octal digits; the umask of the process takes its part. @default '0640' */
  readonly mode?: string | undefined;
  /** Makes the lines, which begin as those without it do, up to `"data"`; in code only. @default JSON */
  readonly encode?: Encode | undefined;
}

/** The same with everything said. */
export interface FilePlace {
  readonly dir: string;
  readonly prefix: string;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly fsync: 'event' | 'batch' | 'segment' | 'none';
  readonly metadata: boolean;
  readonly mode: number;
  readonly lineOf: (row: EventRow) => Line;
  /** Lines are JSON, from which the event can be made again. */
  readonly isJson: boolean;
}

const PREFIX = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;
const MODE = /^0?[0-7]{3}$/;

export const FILE_CHECKS: Checks<FileSettings> = {
  dir: required({
    rule: 'must be the path of a folder',
    fits: (value) => aText.fits(value) && value !== '',
  }),
  prefix: matching(PREFIX, `must match ${PREFIX.source}`),
  segmentBytes: anInteger(1, 2 ** 40),
  // It is compared, and no timer waits for it.
  segmentMs: milliseconds(1, Number.MAX_SAFE_INTEGER),
  fsync: oneOf('event', 'batch', 'segment', 'none'),
  metadata: aBoolean,
  mode: matching(MODE, "must be octal digits in quotes, as '0640'"),
  encode: aFunction,
};

/** Of settings without problems. */
export function placeOf(settings: FileSettings): FilePlace {
  const { dir, prefix = 'events', segmentBytes = 64 * 2 ** 20, segmentMs = 3_600_000 } = settings;
  const { fsync = 'batch', metadata = true, mode = '0640' } = settings;
  const bits = Number.parseInt(mode, 8);
  const lineOf = headedLineMaker(settings.encode);
  const place = { dir: resolve(dir), prefix, segmentBytes, segmentMs };
  return { ...place, fsync, metadata, mode: bits, lineOf, isJson: settings.encode === undefined };
}

export function isPrefix(text: string): boolean {
  return PREFIX.test(text);
}

function matching(pattern: RegExp, rule: string): Check {
  return { rule, fits: (value) => typeof value === 'string' && pattern.test(value) };
}
