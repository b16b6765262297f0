// One run of a test in a process of its own, with a mutant in the source or without. It uses the database servers of
// this run, which TEST_POSTGRES_URL and TEST_MYSQL_URL name.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseKind } from '../support/databases.ts';
import type { Mutant } from './catalogue.cjs';

export interface ChildOptions {
  /** Null = the source as it is. */
  readonly mutant: Mutant | null;
  readonly database: DatabaseKind;
  readonly seed: number;
}

/** A short history, which gives up soon on consumers that have missed something; the same tests, at a small size. */
const SETTINGS = {
  HISTORY_EVENTS: '1500',
  HISTORY_SECONDS: '4',
  HISTORY_READ_SECONDS: '3',
  DISCARD_ROUNDS: '400',
};

/** Far beyond what any of them takes. */
const CHILD_MS_MAX = 180_000;

const root = join(__dirname, '../..');
const runner = createRequire(__filename).resolve('jest/bin/jest');

/** What has shown the mutant, in a few words; null when the test has passed, or failed for another reason. */
export async function runChild({ mutant, database, seed }: ChildOptions): Promise<string | null> {
  const test = mutant?.test ?? {
    file: 'test/history/DATABASE.test.ts',
    title: 'breaks no rule',
  };
  const named = (text: string) => text.replace('DATABASE', database);
  const folder = await mkdtemp(join(tmpdir(), 'aftercommit-mutant-'));
  const report = join(folder, 'report.json');
  const args = [runner, named(test.file), '-i', '--json', '--outputFile', report];
  const child = spawn(process.execPath, [...args, '-t', named(test.title)], {
    cwd: root,
    env: {
      ...process.env,
      ...SETTINGS,
      ...(mutant === null ? { HISTORY_READ_SECONDS: '60' } : mutant.settings),
      // The title says which is meant.
      DATABASES: 'all',
      MUTANT: mutant?.name ?? '',
      SEED: String(seed),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), CHILD_MS_MAX);
  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    printed += text;
  });
  try {
    await once(child, 'close');
    if (mutant?.test === undefined) return verdictIn(printed);
    return failureIn(JSON.parse(await readFile(report, 'utf8')), mutant.test.says);
  } catch {
    // Without a report it has shown nothing.
    return null;
  } finally {
    clearTimeout(timer);
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the history has said of itself; null when it did not come so far. */
function verdictIn(printed: string): string | null {
  return /^\s*history on \w+: verdict: ([\w -]+)$/m.exec(printed)?.[1] ?? null;
}

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

function failureIn({ testResults }: Report, says: string): string | null {
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = results.find(({ failureMessages }) =>
    failureMessages.some((message) => new RegExp(says).test(message)),
  );
  return failed === undefined ? null : `"${failed.title}" failed`;
}
