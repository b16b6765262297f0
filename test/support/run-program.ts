// Runs a program to its end, for what it leaves behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Rejects when it fails, and shows its output then. */
export async function runProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  more: Record<string, string> = {},
): Promise<void> {
  const env = { ...process.env, ...more };
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, code] = await Promise.all([outputOf(child), exitCodeOf(child)]);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}`);
}

async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'close');
  return code;
}

async function outputOf(child: ChildProcess): Promise<string> {
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  await once(child, 'close');
  return Buffer.concat(chunks).toString().slice(-4000);
}
