// The last whole line of a segment, read from its end: a segment may be far larger than one line.
import { type FileHandle, open } from 'node:fs/promises';

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 10;

/** Without its newline; null when there is no whole line, or no file any more. */
export async function lastLine(path: string): Promise<string | null> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return null;
  try {
    return await lastLineOf(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

async function lastLineOf(file: FileHandle, size: number): Promise<string | null> {
  for (let length = CHUNK_BYTES; ; length *= 2) {
    const from = Math.max(0, size - length);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const text = buffer.subarray(0, bytesRead);
    const end = text.lastIndexOf(NEWLINE);
    const begin = end > 0 ? text.lastIndexOf(NEWLINE, end - 1) : -1;
    if (begin >= 0 || (from === 0 && end >= 0)) return text.toString('utf8', begin + 1, end);
    if (from === 0) return null;
  }
}
