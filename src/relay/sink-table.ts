// The sinks of the service's own by their type: what may be said of each, and how it is made.
import type { Check } from '../base/options.ts';
import { FileSink } from './sinks/file/file-sink.ts';
import { FILE_CHECKS, type FileSettings, placeOf } from './sinks/file/settings.ts';
import type { StandingSink } from './standing-sink.ts';

export type { FileSettings } from './sinks/file/settings.ts';

export interface SinkOfType {
  readonly title: string;
  readonly stream: string;
  /** Of its type, without problems. */
  readonly settings: unknown;
}

export interface SinkType {
  /** By the names of its settings. */
  readonly checks: Readonly<Record<string, Check>>;
  readonly make: (options: SinkOfType) => StandingSink;
  /** Two sinks with the same would write over one another. */
  readonly keyOf: (settings: unknown) => string;
}

const file: SinkType = {
  checks: FILE_CHECKS,
  make: ({ settings, ...facts }) =>
    new FileSink({ ...facts, place: placeOf(settings as FileSettings) }),
  keyOf: (settings) => {
    const { dir, prefix } = placeOf(settings as FileSettings);
    return `${dir} ${prefix}`;
  },
};

export const sinkTypes: ReadonlyMap<string, SinkType> = new Map([['file', file]]);
