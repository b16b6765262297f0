// Finds a Chromium that runs here without a screen: what is installed, else Debian's headless shell
// with the libraries that this machine lacks, unpacked once into node_modules/.cache. Nothing is
// installed and no root is needed. AFTERCOMMIT_TEST_SERVERS=embedded passes over what is installed.
//   node chromium.mjs
// One line on stdout: {"path": "...", "env": {...}}, or {"error": {"message", "install"}}.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptPackages } from './kept-packages.mjs';
import { findPrograms, run } from './program.mjs';

// What is no library is in the second; the first on its own does not start.
const packages = ['chromium-headless-shell', 'chromium-common'];
const unpackedProgram = 'usr/lib/chromium/chromium-headless-shell';
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const macProgram = 'Google Chrome';
const macFolder = '/Applications/Google Chrome.app/Contents/MacOS';
const install =
  process.platform === 'darwin' ? 'brew install --cask google-chrome' : 'apt-get install chromium';

const found = await findChromium().catch(({ message }) => ({ error: { message, install } }));
process.stdout.write(`${JSON.stringify(found)}\n`);

async function findChromium() {
  const isPassedOver = process.env.AFTERCOMMIT_TEST_SERVERS === 'embedded';
  const installed = isPassedOver ? [] : await findPrograms([...names, macProgram], [macFolder]);
  for (const path of installed) {
    const chromium = { path, env: {} };
    if (await runs(chromium).catch(() => false)) return chromium;
  }
  try {
    return await keptPackages('chromium', packages, inFolder);
  } catch (error) {
    throw new Error(`no Chromium that runs is installed, nor can one be had: ${error.message}`, {
      cause: error,
    });
  }
}

async function inFolder(root, env) {
  const chromium = { path: join(root, unpackedProgram), env };
  await runs(chromium);
  return chromium;
}

/** Shows it an empty page: all of it has to work for that, which its version number does not tell. */
async function runs({ path, env }) {
  const folder = await mkdtemp(join(tmpdir(), 'aftercommit-chromium-'));
  try {
    const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
    const page = await run(path, [...args, '--dump-dom', 'about:blank'], { folder, env });
    if (!page.includes('</html>')) throw new Error(`${path} shows no page`);
    return true;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}
