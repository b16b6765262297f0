// File systems of other machines, by the numbers that Linux has for them (statfs). SQLite's WAL mode needs memory that
// all who use the file share, so it works on one machine and on a local disk only.

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

/** Its name; null for a local one, and for any on systems that number them in other ways. */
export function remoteFileSystem(type: number, platform: string = process.platform): string | null {
  return platform === 'linux' ? (REMOTE.get(type) ?? null) : null;
}
