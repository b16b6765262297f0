// The sinks of the service's own by their type: what may be said of each, and how it is made.
import type { Check } from '../base/options.ts';
import { lineMaker } from './sinks/encoding.ts';
import { FileSink } from './sinks/file/file-sink.ts';
import { FILE_CHECKS, type FileSettings, placeOf } from './sinks/file/settings.ts';
import { STDOUT_CHECKS, type StdoutSettings } from './sinks/stdout/settings.ts';
import { StdoutSink } from './sinks/stdout/stdout-sink.ts';
import type { StandingSink } from './standing-sink.ts';

export type { Encode, EncodedEvent } from './sinks/encoding.ts';
export type { FileSettings } from './sinks/file/settings.ts';
export type { StdoutSettings } from './sinks/stdout/settings.ts';

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
  readonly keyOf: (settings: unknown, stream: string) => string;
  /** The settings that this comes from; null = there is one such place in a process. */
  readonly keySettings: string | null;
}

const file: SinkType = {
  checks: FILE_CHECKS,
  make: ({ settings, ...facts }) =>
    new FileSink({ ...facts, place: placeOf(settings as FileSettings) }),
  keyOf: (settings) => {
    const { dir, prefix } = placeOf(settings as FileSettings);
    return `${dir} ${prefix}`;
  },
  keySettings: 'dir or prefix',
};

const stdout: SinkType = {
  checks: STDOUT_CHECKS,
  make: ({ title, settings }) =>
    new StdoutSink({ title, lineOf: lineMaker((settings as StdoutSettings).encode) }),
  keyOf: () => '',
  keySettings: null,
};

export const sinkTypes: ReadonlyMap<string, SinkType> = new Map([
  ['file', file],
  ['stdout', stdout],
]);
