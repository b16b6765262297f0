// Where a SQLite file is, and whether it can be worked with there.
import { constants } from 'node:fs';
import { access, open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Check, Found } from '../../../examining/patient.ts';
import { isSound } from '../driver.ts';
import { remoteFileSystemOf } from './file-systems.ts';
import type { SqlitePatient } from './sqlite-patient.ts';

/** A stream's window twice, and a log that is not written back yet. */
const ROOM_BYTES_MIN = 128 * 2 ** 20;

export const placeCheck: Check<SqlitePatient> = {
  subject: 'where its file is',
  look: async ({ file }) => {
    const folder = await nearestFolder(dirname(file));
    const found: Found[] = [];
    const remote = await remoteFileSystemOf(folder);
    if (remote !== null) {
      found.push({
        id: 'file-on-network',
        found: `${folder} is on a file system of another machine (${remote}).`,
        mend: 'Stop the service, and move the file with its -wal to a local disk.',
        sql: [],
      });
    }
    const { bavail, bsize } = await statfs(folder);
    const bytes = bavail * bsize;
    if (bytes < ROOM_BYTES_MIN) {
      found.push({
        id: 'disk-full',
        found: `Only ${Math.floor(bytes / 2 ** 20)} MiB are free in ${folder}.`,
        mend: 'Make room, or move the file.',
        sql: [],
      });
    }
    const places = [folder, file, `${file}-wal`, `${file}-shm`];
    for (const place of places) {
      const problem = await access(place, constants.W_OK).catch((error) => error);
      if (problem === undefined || problem.code === 'ENOENT') continue;
      found.push({
        id: 'file-unusable',
        found: `${place} cannot be written: ${problem.message}`,
        mend: 'Give it to the account of the service, and every file beside it that has its name.',
        sql: [],
      });
    }
    return found;
  },
};

/** The service makes the folders that are missing. */
async function nearestFolder(folder: string): Promise<string> {
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  const above = dirname(folder);
  return isThere || above === folder ? folder : nearestFolder(above);
}

/** In the header: the version of whoever changed the first page last. */
const VERSION_AT = 96;
const VERSION_BYTES = 4;

export const writersCheck: Check<SqlitePatient> = {
  subject: 'who has written its file',
  look: async ({ file, isThere }) => {
    if (!isThere) return [];
    const version = await lastWriter(file);
    if (version === null || isSound(version)) return [];
    return [
      {
        id: 'writer-old',
        found: `A program with SQLite ${version} has written the file.`,
        mend:
          'Find it, and give it SQLite 3.51.3 or later; have it write nothing until then. This is gone when the ' +
          'service has written.',
        sql: [],
      },
    ];
  },
};

/** null: nobody yet. */
async function lastWriter(file: string): Promise<string | null> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(VERSION_BYTES),
      0,
      VERSION_BYTES,
      VERSION_AT,
    );
    const number = bytesRead === VERSION_BYTES ? buffer.readUInt32BE() : 0;
    if (number === 0) return null;
    // 3051003 is 3.51.3.
    return [Math.floor(number / 1e6), Math.floor(number / 1000) % 1000, number % 1000].join('.');
  } finally {
    await handle.close();
  }
}
