// What is mounted, as Linux tells it (proc_pid_mountinfo(5)): which file system a device is.
import { readFile } from 'node:fs/promises';

const MOUNTS = '/proc/self/mountinfo';
/** Major and minor number come third, and the type comes behind a field that is a dash. */
const MOUNT = /^\d+ \d+ (\d+:\d+) .*? - (\S+) /;

/**
 * The type of the file system on a device (`stat.dev`); null when nobody tells. By the device and not by the path: a
 * mount point may be hidden by a later mount, and a path may lead elsewhere by a link.
 */
export async function fileSystemOn(device: number): Promise<string | null> {
  const text = await readFile(MOUNTS, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [, numbers, type = null] = MOUNT.exec(line) ?? [];
    if (numbers === numbersOf(device)) return type;
  }
  return null;
}

/** Taken apart as glibc has put them together (makedev(3)); without a disk they are 0 and less than 2^20. */
export function numbersOf(device: number): string {
  const major = (device >>> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
  return `${major}:${minor}`;
}
