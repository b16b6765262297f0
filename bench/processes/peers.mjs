// The run beside other systems: a process of its own, since some of them need a newer Node than we do, and ours is then
// measured on that as well. It prints its report as JSON.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../peers/run.mjs', import.meta.url));

/** Gives that run's report. Throws when there is none; faults of ours are in it. */
export async function runPeers({ kinds, isQuick, cleanUp }) {
  await access(PROGRAM);
  const flags = [...kinds.flatMap((kind) => ['--db', kind]), ...(isQuick ? ['--quick'] : [])];
  const child = spawn(process.execPath, [PROGRAM, '--json', ...flags], {
    detached: true,
    stdio: ['ignore', 'pipe', 2],
  });
  const closed = once(child, 'close');
  const isOver = cleanUp.defer(async () => {
    child.kill();
    await closed;
  });
  let text = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout) text += chunk;
  const [code] = await closed;
  await isOver();
  if (text === '') throw new Error(`the run beside other systems ended with ${code}`);
  return JSON.parse(text);
}
