// Copies as processes that are killed or frozen, between throw-away places; all of it is gone afterwards, also when a
// test fails.
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { type CliProcess, spawnCli } from '../app/cli-process.ts';
import { Places } from '../app/copying/places.ts';
import { linesOfSegments } from '../support/segments.ts';

const MAIN = join(__dirname, '../../dist/src/app/main.js');

export class Copiers {
  readonly places = new Places();
  readonly #running = new Set<ChildProcess>();

  open(): Promise<void> {
    return this.places.open();
  }

  async close(): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL');
    await this.places.close();
  }

  /** `aftercommit copy`, which follows, in batches of so many. */
  begin(
    [source, destination]: readonly [string, string],
    batchMax: number,
    env: Readonly<Record<string, string>> = {},
  ): CliProcess {
    const flags = ['--follow', '--json', '--lease-ms', '500', '--batch-max', String(batchMax)];
    const command = [MAIN, 'copy', source, destination, ...flags];
    return spawnCli(command, this.places.dir, env, this.#running);
  }

  /** What the files `out` hold, as `rowsOf` says it of a table. */
  lines(): string[] {
    const lines = linesOfSegments(this.places.dir, 'out');
    return lines.map(({ id, type, data, ts }) => `${id} ${type} ${data} ${ts}`);
  }
}
