// What a command is made of, as data: parsing and help are read from it. A command does its work or throws.
import type { Readable } from 'node:stream';
import type { SettingSources, Settings } from '../config/load.ts';
import type { Output } from './output.ts';

/** The process around a command. */
export interface Surroundings {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** From now on SIGINT and SIGTERM ask to stop, by this signal; before, they end the process. */
  takeSignals(): AbortSignal;
}

export interface Flag {
  readonly description: string;
  /** What stands for its value in the help; left out for a switch. */
  readonly value?: string;
  /** It may be given more than once; see `Call.lists`. */
  readonly isRepeatable?: true;
}

/** One use of a command. */
export interface Call extends Surroundings {
  readonly args: readonly string[];
  /** The command's own flags that were given: their text, '' for a switch. */
  readonly flags: ReadonlyMap<string, string>;
  /** The repeatable ones among them: all their texts, in order. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly settings: Settings;
  readonly sources: SettingSources;
}

export interface Command {
  /** What stands behind `aftercommit`, as in `consumers register NAME`. */
  readonly usage: string;
  readonly description: string;
  readonly argsMin: number;
  readonly argsMax: number;
  readonly flags: Readonly<Record<string, Flag>>;
  /** The settings that it reads, and takes as flags. */
  readonly settings: readonly (keyof Settings)[];
  run(call: Call): Promise<void>;
}

export interface CommandGroup {
  readonly description: string;
  readonly commands: Readonly<Record<string, Command>>;
  /** The one that is meant when none is named; null = one must be. */
  readonly usual: string | null;
  /** The usual one takes arguments: what is no command's name is one of them. @default false */
  readonly takesArgs?: true;
}

/** The command line is wrong; nothing was done. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The work was not done, for a reason that its message tells in full. */
export class Failure extends Error {
  override name = 'Failure';
}
