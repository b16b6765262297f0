// File systems of other machines, as Linux knows them: by numbers (statfs), and those of FUSE, which have one number
// for all, by names. SQLite's WAL mode needs memory that all who use the file share, so it works on one machine and on
// a local disk only.
import { stat, statfs } from 'node:fs/promises';
import { fileSystemOn } from './mounts.ts';

const REMOTE: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x01021997, '9P'],
]);

const FUSE = 0x65735546;
/** Others of FUSE are local, such as those of ntfs-3g and mergerfs, or do not say who they are. */
const REMOTE_FUSE: ReadonlySet<string> = new Set(
  [
    ...['sshfs', 'smbnetfs', 'gvfsd-fuse', 'vmhgfs-fuse', 'rclone'],
    ...['s3fs', 'goofys', 'gcsfuse', 'juicefs', 'seaweedfs', 'glusterfs', 'ceph-fuse'],
  ].map((name) => `fuse.${name}`),
);

/** What the folder is on, if that is on another machine; null when it is local, or nobody knows. */
export async function remoteFileSystemOf(folder: string): Promise<string | null> {
  const { type } = await statfs(folder);
  if (type !== FUSE) return remoteFileSystem(type);
  return remoteFuse(await fileSystemOn((await stat(folder)).dev));
}

/** Its name; null for a local one, and for any on systems that number them in other ways. */
export function remoteFileSystem(type: number, platform: string = process.platform): string | null {
  return platform === 'linux' ? (REMOTE.get(type) ?? null) : null;
}

export function remoteFuse(name: string | null): string | null {
  return name !== null && REMOTE_FUSE.has(name) ? name : null;
}
