// A node as a process of its own, from the build in dist: to be killed, frozen and started again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Settings, settingFacts } from '../../src/config/load.ts';

const MAIN = join(__dirname, '../../dist/src/app/main.js');

export interface NodeProcess {
  readonly url: string;
  readonly pid: number;
  /** Sends the signal and resolves with the exit code (null after a kill) when the process is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
}

/** Runs `aftercommit COMMAND` to its end; rejects unless it exits with 0. */
export async function runCommand(
  command: readonly string[],
  settings: Partial<Settings>,
): Promise<void> {
  const { code: ended } = beginCommand(command, settings);
  const code = await ended;
  if (code !== 0) throw new Error(`aftercommit ${command[0]} ended with ${code}.`);
}

/** Begins `aftercommit COMMAND`, whatever it prints; its exit code is null when it was killed. */
export function beginCommand(command: readonly string[], settings: Partial<Settings>) {
  const child = spawnNode(settings, command);
  const code = once(child, 'exit').then(([ended]) => ended as number | null);
  return { code, kill: () => void child.kill('SIGKILL') };
}

/** What a test does to the process before the product is loaded. */
export interface Preload {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts `aftercommit COMMAND` with these settings; resolves when it has printed its first line. */
export async function startNode(
  settings: Partial<Settings>,
  command: readonly string[] = ['serve'],
  preload?: Preload,
): Promise<NodeProcess> {
  const child = spawnNode(settings, command, preload);
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const line = once(createInterface({ input: child.stdout }), 'line').then(([text]) =>
    String(text),
  );
  const first = await Promise.race([line, exited]);
  if (typeof first !== 'string') throw new Error(`aftercommit ${command[0]} ended with ${first}.`);
  return {
    url: first,
    pid: child.pid as number,
    signal: (signal) => void child.kill(signal),
    end: async (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}

function spawnNode(settings: Partial<Settings>, command: readonly string[], preload?: Preload) {
  if (!existsSync(MAIN)) throw new Error('There is no build; run npm run build, or npm test.');
  const env: Record<string, string> = { PATH: process.env.PATH ?? '', ...preload?.env };
  for (const [name, value] of Object.entries({ port: 0, logLevel: 'error', ...settings })) {
    // Names are listed between commas, sinks are objects.
    const isOfObjects = Array.isArray(value) && typeof value[0] === 'object';
    const text = isOfObjects ? JSON.stringify(value) : String(value);
    env[settingFacts(name as keyof Settings).env] = text;
  }
  const args = [...(preload ? ['--import', preload.script] : []), MAIN, ...command];
  return spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
}
