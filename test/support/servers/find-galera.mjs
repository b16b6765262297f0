// Tells where Galera's library is, and unpacks it when it was not yet: a few megabytes, once.
//   node find-galera.mjs
// One line on stdout: {"library": "..."}, or {"error": "..."}.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { keptPackages } from './kept-packages.mjs';

const found = await keptPackages('galera-library', ['galera-4'], async (root) => {
  const library = join(root, 'usr/lib/galera/libgalera_smm.so');
  await access(library);
  return { library };
}).catch(({ message }) => ({ error: `galera-4 cannot be unpacked: ${message}` }));
process.stdout.write(`${JSON.stringify(found)}\n`);
