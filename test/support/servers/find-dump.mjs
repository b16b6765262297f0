// Finds the programs that dump a database and restore it: what is installed, else the distribution's packages, unpacked
// once into node_modules/.cache.
//   node find-dump.mjs postgres|mysql
// One line on stdout: {"dump": "...", "load": "...", "env": {...}}, or {"error": {"message", "install"}}.
import { join } from 'node:path';
import { keptPackages } from './kept-packages.mjs';
import { findPrograms, run } from './program.mjs';

const tools = {
  postgres: {
    dump: 'pg_dump',
    load: 'psql',
    packages: ['postgresql-client-15'],
    unpacked: 'usr/lib/postgresql/15/bin',
  },
  mysql: {
    dump: 'mariadb-dump',
    load: 'mariadb',
    packages: ['mariadb-client', 'mariadb-client-core'],
    unpacked: 'usr/bin',
  },
};

const { dump, load, packages, unpacked } = tools[process.argv[2]];
const found = await find().catch(({ message }) => ({
  error: { message, install: `apt-get install ${packages[0]}` },
}));
process.stdout.write(`${JSON.stringify(found)}\n`);

async function find() {
  const [dumps, loads] = [await findPrograms([dump], []), await findPrograms([load], [])];
  if (dumps.length > 0 && loads.length > 0)
    return probe({ dump: dumps[0], load: loads[0], env: {} });
  return keptPackages(dump, packages, (root, env) =>
    probe({ dump: join(root, unpacked, dump), load: join(root, unpacked, load), env }),
  );
}

async function probe(programs) {
  for (const path of [programs.dump, programs.load]) {
    await run(path, ['--version'], { env: programs.env });
  }
  return programs;
}
