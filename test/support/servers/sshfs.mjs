// A throw-away mount of a file system of another machine, which is this one: sshfs without ssh, talking to the server
// of files by its standard input and output. Root is needed to mount. The distribution's packages are unpacked once
// into node_modules/.cache; installed ones are not looked for.
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { startInFolders } from './folder.mjs';
import { keptPackages } from './kept-packages.mjs';
import { run } from './program.mjs';
import { ServerProcess } from './server-process.mjs';

const pollMs = 20;
const pollsMax = 250;

/** Mounts a new folder, and gives `{ url, stop }`; the URL is that of where it is mounted. */
export async function startSshfs({ isDurable, signal, launch = ServerProcess.start }) {
  const name = 'aftercommit-sshfs';
  return startInFolders({ name, account: {}, isDurable }, async ({ folder, dataFolder }) => {
    const { sshfs, sftpServer, env } = await findSshfs();
    // In the list of mounts a blank is not a blank.
    const mount = join(folder, 'mounted here');
    await mkdir(mount);
    // It is called as ssh would be, by arguments that the other does not know.
    const ssh = join(folder, 'ssh');
    await writeFile(ssh, `#!/bin/sh\nexec '${sftpServer}'\n`, { mode: 0o700 });
    const command = {
      path: sshfs,
      args: ['-f', '-o', 'debug', '-o', `ssh_command=${ssh}`, `nowhere:${dataFolder}`, mount],
      env,
      account: {},
      folder,
      // It mounts a moment later, and says nothing of that.
      readyText: 'Server version:',
      // Either unmounts it.
      endSignal: 'SIGTERM',
      haltSignal: 'SIGINT',
    };
    const server = await launch(command, signal);
    const stop = () => server.stop().finally(() => unmount(mount));
    try {
      await mounted(mount, folder);
    } catch (error) {
      await stop();
      throw error;
    }
    return { url: pathToFileURL(mount).href, stop };
  });
}

/** Resolves when something else is there than in the folder above. */
async function mounted(mount, folder) {
  const { dev: above } = await stat(folder);
  for (let poll = 0; poll < pollsMax; poll += 1) {
    const { dev } = await stat(mount);
    if (dev !== above) return;
    await sleep(pollMs);
  }
  throw new Error(`sshfs has mounted nothing in ${pollsMax * pollMs} ms`);
}

/** What was killed has left its mount behind, and a folder with a mount cannot be removed. */
async function unmount(mount) {
  await run('umount', ['--lazy', mount], { isFailureFine: true });
}

async function findSshfs() {
  const packages = ['sshfs', 'openssh-sftp-server'];
  return keptPackages('sshfs', packages, async (root, env) => {
    const sshfs = join(root, 'usr/bin/sshfs');
    await run(sshfs, ['--version'], { env });
    return { sshfs, sftpServer: join(root, 'usr/lib/openssh/sftp-server'), env };
  });
}
