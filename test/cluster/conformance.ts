// What every database must pass, run on one PostgreSQL server in a process of its own: the conformance suite, a whole
// history, and what the doctor finds.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const RUNNER = createRequire(__filename).resolve('jest/bin/jest');
const TESTS = ['test/store/postgres', 'test/history/postgres', 'test/app/doctor/postgres'];

export interface Verdict {
  readonly passed: number;
  /** What did not run. */
  readonly skipped: number;
  /** Their titles, each with what it says. */
  readonly failed: readonly string[];
}

/** The servers that tests start for themselves are those of `packageFolder`, too. */
export async function runConformance(url: string, packageFolder: string): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'aftercommit-conformance-'));
  const report = join(folder, 'report.json');
  // Some wait for fractions of a second only, so they are no more than there are cores.
  const args = [RUNNER, ...TESTS, '--maxWorkers=2', '--json', '--outputFile', report];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, TEST_POSTGRES_URL: url, TEST_POSTGRES_PACKAGE: packageFolder },
    stdio: 'ignore',
  });
  try {
    await once(child, 'close');
    return verdictOf(JSON.parse(await readFile(report, 'utf8')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Report {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    /** Of the whole file, when it could not be run. */
    readonly message: string;
    readonly status: 'passed' | 'failed';
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

function verdictOf({ numPassedTests, numPendingTests, testResults }: Report): Verdict {
  const failed = testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ message, assertionResults }) => {
      const said = assertionResults.filter(({ failureMessages }) => failureMessages.length > 0);
      return said.length === 0
        ? [message]
        : said.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join('\n')}`);
    });
  return { passed: numPassedTests, skipped: numPendingTests, failed };
}
