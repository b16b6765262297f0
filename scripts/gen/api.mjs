// The API reference: one page for each published entry, made from the doc comments in src/. Whatever a user can name
// or call has to be exported by its entry and to have a doc comment; what does not is told as a fault.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Project } from 'ts-morph';
import { readEntry } from './api/entry.mjs';
import { faultsOf } from './api/faults.mjs';
import { entryPage, indexPage } from './api/page.mjs';

const ENTRIES = [
  { page: 'aftercommit', name: 'aftercommit', parts: [{ file: 'src/index.ts' }] },
  {
    page: 'generator',
    name: 'aftercommit/generator',
    parts: [{ file: 'src/generator/index.ts' }],
  },
  {
    page: 'client',
    name: 'aftercommit/client',
    parts: [
      { file: 'src/client/index.ts', where: 'Node' },
      { file: 'src/client/browser.ts', where: 'browsers' },
    ],
  },
  {
    page: 'exactly-once',
    name: 'aftercommit/client/exactly-once',
    parts: [{ file: 'src/client/exactly-once/index.ts' }],
  },
  { page: 'sqlite', name: 'aftercommit/sqlite', parts: [{ file: 'src/store/sqlite-client.ts' }] },
];

/** The pages' texts by their paths, and everything that is wrong with what they are made from. */
export async function apiReference(root) {
  const project = new Project({
    tsConfigFilePath: join(root, 'tsconfig.json'),
    skipAddingFilesFromTsConfig: true,
    // No page shows a type of a package, so none is read.
    skipFileDependencyResolution: true,
  });
  const entries = ENTRIES.map((entry) => readEntry(project, root, entry));
  const files = { 'docs/api/README.md': indexPage(entries) };
  for (const entry of entries) files[`docs/api/${entry.page}.md`] = entryPage(entry);
  return { files, faults: [...entries.flatMap(faultsOf), ...(await unknownEntries(root))] };
}

async function unknownEntries(root) {
  const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const known = new Set(ENTRIES.flatMap(({ parts }) => parts.map(({ file }) => file)));
  const published = JSON.stringify(exports).match(/dist\/[\w/-]+(?=\.d\.ts")/g) ?? [];
  return published
    .map((path) => `${path.replace('dist/', '')}.ts`)
    .filter((file) => !known.has(file))
    .map((file) => `${file} is published and has no page: add it to scripts/gen/api.mjs`);
}
