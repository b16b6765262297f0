// Where the data lies: a durable commit waits for a disk, so a folder in memory would measure nothing.
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monotonicMs } from '../kit/clock.mjs';
import { percentile } from '../kit/figures.mjs';

/** File system types of Linux that are memory: tmpfs and ramfs. */
const MEMORY_TYPES = new Set([0x01021994, 0x858458f6]);
const FILE_BYTES = 1_048_576;
const BLOCK_BYTES = 4096;

/** The first folder for temporary files that lies on a disk. */
export async function diskFolder() {
  for (const folder of [tmpdir(), '/var/tmp', process.cwd()]) {
    const found = await statfs(folder).catch(() => null);
    if (found !== null && !MEMORY_TYPES.has(found.type)) return folder;
  }
  throw new Error('no folder for temporary files lies on a disk; name one by TMPDIR');
}

/**
 * How often in a second one block can be written and synced, as a write-ahead log does it: over blocks that are
 * there already. Together with the p50 in microseconds.
 */
export function fdatasyncRate(folder, ms) {
  const path = join(folder, `fdatasync-${process.pid}`);
  const file = openSync(path, 'w');
  try {
    writeSync(file, Buffer.alloc(FILE_BYTES, 1), 0, FILE_BYTES, 0);
    fdatasyncSync(file);
    const micros = syncBlocks(file, ms);
    return {
      perSecond: (micros.length / micros.reduce((sum, each) => sum + each, 0)) * 1e6,
      p50Micros: percentile(micros, 50),
    };
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

function syncBlocks(file, ms) {
  const block = Buffer.alloc(BLOCK_BYTES, 2);
  const micros = [];
  const endMs = monotonicMs() + ms;
  for (let startMs = monotonicMs(); startMs < endMs; ) {
    writeSync(file, block, 0, BLOCK_BYTES, (micros.length * BLOCK_BYTES) % FILE_BYTES);
    fdatasyncSync(file);
    const nowMs = monotonicMs();
    micros.push((nowMs - startMs) * 1000);
    startMs = nowMs;
  }
  return micros;
}
