// Whom to run a database server as. Both servers refuse to run as root, so root lends them the
// account that a package would have made for them, or nobody; an ordinary user runs them as itself.
import { readFile } from 'node:fs/promises';

/**
 * Finds the account for a server: the first of the names that this machine has, or no change for a
 * non-root.
 */
export async function accountFor(names) {
  if (process.getuid?.() !== 0) return {};
  const known = new Map();
  for (const line of (await readFile('/etc/passwd', 'utf8')).split('\n')) {
    const [name, , uid, gid] = line.split(':');
    known.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  const name = names.find((candidate) => known.has(candidate));
  if (!name) throw new Error(`root needs one of these users for a server: ${names.join(', ')}`);
  return known.get(name);
}
