// A script as a process of its own.
import { spawn } from 'node:child_process';

export function spawnScript(path: string, args: readonly string[], env = process.env) {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  return spawn(process.execPath, [path, ...args], { env, stdio: [...stdio] });
}
