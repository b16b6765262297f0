// Makes everything that is derived: from specs/ types, validators and tables in TypeScript, the OpenRPC document and pages;
// from the doc comments in src/ the API reference. `--check` writes nothing and fails when a file would change.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiReference } from './gen/api.mjs';
import { futoinContract } from './gen/futoin.mjs';
import { openRpcDocument } from './gen/openrpc.mjs';
import { configurationPage, errorsPage } from './gen/pages.mjs';
import { readSpecs } from './gen/specs.mjs';
import { constantModule, contractTypes, settingsTypes } from './gen/typescript.mjs';
import { contractValidators, settingsValidator } from './gen/validators.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const isCheck = process.argv.includes('--check');
const specs = await readSpecs(join(root, 'specs'));
const openrpc = openRpcDocument(specs);
const futoin = futoinContract(specs.interfaces);

const files = {
  'specs/openrpc.json': `${JSON.stringify(openrpc, null, 2)}\n`,
  'src/contract/generated/types.ts': await contractTypes(specs, join(root, 'specs/schema')),
  'src/contract/generated/validators.ts': contractValidators({
    ...specs.schemas,
    ...futoin.schemas,
  }),
  'src/contract/generated/error-table.ts': constantModule('errorTable', specs.errors),
  'src/contract/generated/method-table.ts': constantModule('methodTable', specs.methods),
  'src/contract/generated/futoin-table.ts': constantModule('futoinTable', futoin.table),
  'src/contract/generated/openrpc.ts': constantModule('openrpc', openrpc),
  'src/config/generated/settings.ts': await settingsTypes(specs),
  'src/config/generated/are-settings.ts': settingsValidator(specs.config),
  'docs/errors.md': errorsPage(specs),
  'docs/configuration.md': configurationPage(specs),
};

const stale = await write(files);
// Reads what was just written.
const { files: pages, faults } = await apiReference(root);
stale.push(...(await write(pages)));

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
if (isCheck && stale.length > 0) {
  console.error(`Not what specs/ and src/ say (run npm run gen): ${stale.join(', ')}`);
  process.exitCode = 1;
} else if (!isCheck) {
  console.log(stale.length === 0 ? 'Nothing changed.' : `Written: ${stale.join(', ')}`);
}

/** Writes what differs, or only says what would. */
async function write(texts) {
  const changed = [];
  for (const [path, text] of Object.entries(texts)) {
    const before = await readFile(join(root, path), 'utf8').catch(() => null);
    if (before === text) continue;
    changed.push(path);
    if (isCheck) continue;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return changed;
}
