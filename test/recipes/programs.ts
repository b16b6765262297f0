// The recipes of examples/recipes as processes, each by a program that calls it as an application would.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spawnScript } from '../crash/script.ts';

export interface Program {
  /** What it has printed on standard output, by lines. */
  readonly lines: readonly string[];
  /** Resolves with the exit code; null when it was killed. */
  readonly exited: Promise<number | null>;
  readonly process: ChildProcess;
  /** Kills it and resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop and resolves with its exit code. */
  stop(): Promise<number | null>;
}

const running = new Set<Program>();

export function startProgram(
  name: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Program {
  const path = join(__dirname, `programs/${name}.mjs`);
  const child = spawnScript(path, args, { ...process.env, ...env });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  const program: Program = {
    lines,
    exited,
    process: child,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
  running.add(program);
  void exited.then(() => running.delete(program));
  return program;
}

/** For behind each test: nothing may still use a database that is dropped. */
export async function killPrograms(): Promise<void> {
  await Promise.all([...running].map((program) => program.kill()));
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
