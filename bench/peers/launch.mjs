// The bench of the peers as a process on the Node that came with them: children run on the Node of their parent, so a
// run that has begun on an older one has to begin anew. For run.mjs, and for a bench that this one is a part of.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const RUN = fileURLToPath(new URL('run.mjs', import.meta.url));

/**
 * Runs `run.mjs` with these arguments on `node`, with its output as ours; gives its exit code. It ends with this process,
 * however that goes: by the channel between the two, which closes then.
 */
export async function launchPeers(node, args, cleanUp) {
  const child = spawn(node, [RUN, ...args], {
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  cleanUp.defer(async () => {
    child.kill();
    await exited;
  });
  const [code] = await exited;
  return code ?? 1;
}
