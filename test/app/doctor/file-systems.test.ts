// `aftercommit doctor` on SQLite files that are on another machine: a real mount by sshfs, and how others are known.
// Mounting is root's and takes /dev/fuse; elsewhere that is skipped, and said so.
import { existsSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  remoteFileSystem,
  remoteFuse,
} from '../../../src/store/dialects/sqlite/doctor/file-systems.ts';
import { numbersOf } from '../../../src/store/dialects/sqlite/doctor/mounts.ts';
import { type KeptServer, startKeptServer } from '../../support/kept-server.ts';
import { diagnose, foundOf } from './diagnosis.ts';

const reason = reasonToSkip();

(reason === null ? describe : describe.skip)(
  `doctor on files behind sshfs${reason === null ? '' : ` (skipped, ${reason})`}`,
  () => {
    let sshfs: KeptServer;
    let mount: string;
    beforeEach(async () => {
      sshfs = await startKeptServer('sshfs', {});
      mount = fileURLToPath(sshfs.url);
    });
    afterEach(() => sshfs?.close());

    it('finds that they are on another machine, by whatever path, and the folder above is not', async () => {
      const link = join(dirname(mount), 'link');
      await symlink(mount, link);
      for (const folder of [mount, join(mount, 'new'), link]) {
        const { findings, code } = await diagnose(`sqlite:${join(folder, 'events.db')}`);
        const [finding] = findings.filter(({ id }) => id === 'file-on-network');
        expect([finding?.found, code]).toEqual([
          `${folder === link ? link : mount} is on a file system of another machine (fuse.sshfs).`,
          1,
        ]);
      }
      const beside = `sqlite:${join(dirname(mount), 'events.db')}`;
      expect(await foundOf('file-on-network', beside)).toEqual([]);
    });

    it('finds that they cannot be used any more when nobody is behind the mount', async () => {
      await writeFile(join(mount, 'events.db'), '');
      await sshfs.crash();
      const { findings, code } = await diagnose(`sqlite:${join(mount, 'events.db')}`);
      const unusable = { id: 'file-unusable', found: expect.stringContaining('ENOTCONN') };
      expect(findings).toContainEqual(expect.objectContaining(unusable));
      expect(code).toBe(1);
    });
  },
);

describe('a file system of another machine', () => {
  // The numbers are those of linux/magic.h and statfs(2).
  it('is known by its number', () => {
    const names = [0x6969, 0xff534d42, 0xfe534d42, 0x01021997, 0xef53, 0x01021994, 0x9123683e].map(
      (type) => remoteFileSystem(type, 'linux'),
    );
    expect(names).toEqual(['NFS', 'CIFS', 'SMB2', '9P', null, null, null]);
    expect(remoteFileSystem(0x6969, 'darwin')).toBeNull();
  });

  it('is known by its name where FUSE has one number for all', () => {
    const names = ['fuse.rclone', 'fuse.glusterfs', 'fuse.mergerfs', 'fuseblk', 'fuse', null];
    expect(names.map(remoteFuse)).toEqual([
      ...['fuse.rclone', 'fuse.glusterfs'],
      ...[null, null, null, null],
    ]);
  });

  it('is found among many mounts', () => {
    // What stat says of the character device 5:300.
    expect(numbersOf(1_049_900)).toBe('5:300');
  });
});

function reasonToSkip(): string | null {
  if (process.getuid?.() !== 0) return 'only root may mount';
  return existsSync('/dev/fuse') ? null : 'there is no /dev/fuse';
}
