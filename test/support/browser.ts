// A Chromium without a screen, for tests of pages: what is installed, else Debian's, unpacked into node_modules/.cache
// when it is first asked for (servers/chromium.mjs).
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

interface Program {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Absence {
  readonly error: { readonly message: string; readonly install: string };
}

const FINDER = join(__dirname, 'servers/chromium.mjs');

/** Describes what pages do; without a browser it is reported as skipped, under CI as failed. */
export function describeInBrowser(title: string, fn: (browser: () => Browser) => void): void {
  // At once and not in a hook: only here it can still be skipped.
  const found: Program | Absence = JSON.parse(
    execFileSync(process.execPath, [FINDER], { encoding: 'utf8' }),
  );
  if ('error' in found) describeAbsent(title, found, fn);
  else describe(title, () => withBrowser(found, fn));
}

function withBrowser({ path, env }: Program, fn: (browser: () => Browser) => void): void {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: path, env: { ...process.env, ...env } });
  });
  afterAll(() => browser?.close());
  fn(() => browser);
}

function describeAbsent(
  title: string,
  { error }: Absence,
  fn: (browser: () => Browser) => void,
): void {
  const reason = `${error.message}; to install one: ${error.install}`;
  if (process.env.CI) throw new Error(`${title}: ${reason}`);
  describe.skip(`${title} (skipped, ${reason})`, () => withBrowser({ path: '', env: {} }, fn));
}
