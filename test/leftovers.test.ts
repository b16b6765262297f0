// Whatever a test file starts is gone behind it, also when it fails half-way, and the test run ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './support/run-program.ts';

const RUNNER = createRequire(__filename).resolve('jest/bin/jest');
/** Its process shares the output of the test run, and would never end. */
const SAMPLE = `
const { spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');
it('fails', () => {
  const { pid } = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
  writeFileSync(__filename + '.' + pid + '.pid', '');
  throw new Error('on purpose');
});`;

it('a test run in which tests fail ends, and leaves no process of theirs', async () => {
  const rootDir = await mkdtemp(join(tmpdir(), 'aftercommit-leftovers-'));
  try {
    const testEnvironment = join(__dirname, 'support/environment.cjs');
    const config = { rootDir, testEnvironment, testMatch: ['**/*.test.js'], transform: {} };
    // Two, each in a worker of its own.
    for (const name of ['a', 'b']) await writeFile(join(rootDir, `${name}.test.js`), SAMPLE);
    const args = [RUNNER, '--config', JSON.stringify(config), '--maxWorkers', '2'];
    const run = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    run.stderr.resume();
    expect(await once(run, 'close')).toEqual([1, null]);
    const pids = (await readdir(rootDir)).flatMap((name) => /\.(\d+)\.pid$/.exec(name)?.[1] ?? []);
    expect(pids).toHaveLength(2);
    for (const pid of pids) {
      await expect(runProgram('kill', ['-0', pid], rootDir)).rejects.toThrow('No such process');
    }
  } finally {
    await rm(rootDir, { recursive: true });
  }
});
