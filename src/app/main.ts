#!/usr/bin/env node
// The process: arguments, streams, signals and the exit code. The only reader of argv.
import { runCli } from './cli.ts';
import { failureLines } from './failure.ts';
import { Output } from './output.ts';

const stdout = new Output(process.stdout);
const stderr = new Output(process.stderr);

/** The first signal asks to stop; whoever sends a second one does not want to wait. */
function takeSignals(): AbortSignal {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return stop.signal;
}

process.on('uncaughtException', (error) => {
  const lines = failureLines(error, process.env.EVT_LOG_LEVEL === 'debug');
  for (const line of lines) process.stderr.write(`aftercommit: ${line}\n`);
  process.exit(1);
});

/** By then nothing is left to do: whatever still holds the process is not worth waiting for. */
const LINGER_MS_MAX = 500;

process.exitCode = await runCli(process.argv.slice(2), {
  stdin: process.stdin,
  stdout,
  stderr,
  environment: process.env,
  takeSignals,
});
setTimeout(() => process.exit(), LINGER_MS_MAX).unref();
