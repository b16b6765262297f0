// The command line inside the test's own process: arguments in, exit code and what it printed out.
import { Readable, Writable } from 'node:stream';
import { runCli } from '../../src/app/cli.ts';
import { Output } from '../../src/app/output.ts';

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Buffer;
}

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliRun {
  readonly lines: readonly string[];
  readonly notices: readonly string[];
  /** What the first SIGINT does. */
  stop(): Promise<CliResult>;
  readonly ended: Promise<CliResult>;
}

/** Begins a command that ends when it is stopped. */
export function startCli(args: readonly string[], { env = {}, stdin }: CliOptions = {}): CliRun {
  const stop = new AbortController();
  const stdout = new Sink();
  const stderr = new Sink();
  const ended = runCli(args, {
    stdin: Readable.from(stdin === undefined ? [] : [Buffer.from(stdin)]),
    stdout: new Output(stdout),
    stderr: new Output(stderr),
    environment: { EVT_LOG_LEVEL: 'silent', ...env },
    takeSignals: () => stop.signal,
  }).then((code) => ({ code, stdout: stdout.text, stderr: stderr.text }));
  return {
    get lines() {
      return linesOf(stdout.text);
    },
    get notices() {
      return linesOf(stderr.text);
    },
    stop: () => {
      stop.abort();
      return ended;
    },
    ended,
  };
}

/** Runs a command to its end. */
export function cli(args: readonly string[], options?: CliOptions): Promise<CliResult> {
  return startCli(args, options).ended;
}

export function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

class Sink extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
