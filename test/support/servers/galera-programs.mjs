// Where a node of a Galera cluster comes from: the distribution's packages of MariaDB and of Galera's library, with the
// scripts that copy a node's data, unpacked once into node_modules/.cache. What is installed is not looked for: a
// server without Galera's library is the rule.
import { access, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { keptPackages } from './kept-packages.mjs';
import { findSystemSql } from './mariadb-programs.mjs';
import { run } from './program.mjs';

/** The scripts are in mariadb-server; those that they call in the others. */
const packages = [
  'galera-4',
  'mariadb-server-core',
  'mariadb-server',
  'mariadb-client-core',
  'rsync',
  'lsof',
];
const called = ['rsync', 'my_print_defaults'];

/** Finds `{ mariadbd, library, baseFolder, systemSql, env }` that the account can really run. */
export async function findGalera(place) {
  try {
    return await keptPackages('galera', packages, (root, env) => probe(root, env, place));
  } catch (error) {
    throw new Error(`the packages of a Galera node cannot be unpacked: ${error.message}`, {
      cause: error,
    });
  }
}

async function probe(root, libraries, { account, folder, signal }) {
  const scripts = join(root, 'usr/bin');
  const env = { ...libraries, PATH: `${scripts}:${process.env.PATH}` };
  const mariadbd = await realpath(join(root, 'usr/sbin/mariadbd'));
  await run(mariadbd, ['--no-defaults', '--version'], { account, env, folder, signal });
  for (const name of called) {
    await run(join(scripts, name), ['--version'], { account, env, folder, signal });
  }
  const library = join(root, 'usr/lib/galera/libgalera_smm.so');
  await access(library);
  const baseFolder = join(root, 'usr');
  return { mariadbd, library, baseFolder, systemSql: await findSystemSql(baseFolder), env };
}
