// Forcing what was written to the disk, as a port: what a mode of fsync promises is counted by a test.
import { type FileHandle, open } from 'node:fs/promises';

export interface Syncs {
  /** The lines of a segment. */
  lines(handle: FileHandle): Promise<void>;
  /** What is said of segments. */
  note(handle: FileHandle): Promise<void>;
  /** The names in a folder. */
  names(dir: string): Promise<void>;
}

export const diskSyncs: Syncs = {
  lines: (handle) => handle.datasync(),
  note: (handle) => handle.sync(),
  names: async (dir) => {
    const handle = await open(dir, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

export const noSyncs: Syncs = {
  lines: async () => {},
  note: async () => {},
  names: async () => {},
};
