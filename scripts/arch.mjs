// Checks the import rules of ARCHITECTURE.md. A cruise that finds no modules proves nothing, so it fails.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const { stdout } = await promisify(execFile)(
  'npx',
  [
    '--no-install',
    'depcruise',
    'src',
    'migrations',
    '--output-type',
    'json',
    '--config',
    '.dependency-cruiser.cjs',
  ],
  { maxBuffer: 64 * 1024 * 1024 },
).catch((error) => ({ stdout: error.stdout }));
const { summary } = JSON.parse(stdout);

for (const { rule, from, to } of summary.violations)
  console.error(`${rule.name}: ${from} -> ${to}`);
if (summary.totalCruised < 50) {
  console.error(`Only ${summary.totalCruised} modules were found: the check itself is broken.`);
  process.exitCode = 1;
} else if (summary.violations.length > 0) {
  process.exitCode = 1;
} else {
  console.log(`${summary.totalCruised} modules keep to their rooms.`);
}
