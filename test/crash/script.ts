// A script as a process of its own; it is gone when the tests are, whatever becomes of them.
import { spawn } from 'node:child_process';

export function spawnScript(path: string, args: readonly string[], env = process.env) {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const child = spawn(process.execPath, [path, ...args], { env, stdio: [...stdio] });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
}
