// Runs the examples of examples/orm as a user's program would be: the ORMs in a folder of their own, the product as an
// installed package, a process for each run.
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DatabaseKind } from '../support/databases.ts';
import { compileNative, installPackage } from '../support/foreign-package.ts';
import { runProgram } from '../support/run-program.ts';

const ROOT = join(__dirname, '../..');
const PACKAGE = 'test/orm/package';
const EXAMPLES = 'examples/orm';
const BETTER_SQLITE3 = { name: 'better-sqlite3', file: 'better_sqlite3.node', offered: [] };
/** What Prisma calls the databases. */
const PROVIDERS: Record<DatabaseKind, string> = {
  sqlite: 'sqlite',
  postgres: 'postgresql',
  mysql: 'mysql',
};

export interface Order {
  readonly item: string;
  readonly total: number;
}

export interface Shops {
  /** Places the orders with this ORM; before each one it begins to, and rolls back. */
  run(orm: string, kind: DatabaseKind, url: string, orders: readonly Order[]): Promise<void>;
  close(): Promise<void>;
}

/** Installs the ORMs if they are not there, with what they need for this database, and puts the examples beside them. */
export async function openShops(kind: DatabaseKind): Promise<Shops> {
  const modules = await installPackage(join(ROOT, PACKAGE), 'orm-examples');
  if (kind === 'sqlite') await compileNative(modules, BETTER_SQLITE3);
  const folder = await mkdtemp(join(dirname(modules), 'run-'));
  await mkdir(join(folder, 'node_modules'));
  await symlink(ROOT, join(folder, 'node_modules/aftercommit'));
  for (const part of [PACKAGE, EXAMPLES]) {
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  }
  const main = join(folder, PACKAGE, 'main.mjs');
  return {
    run: async (orm, kind, url, orders) => {
      const client = orm === 'prisma' ? await generateClient(modules, folder, kind) : '';
      const address = kind === 'sqlite' ? url.slice('sqlite:'.length) : url;
      await runProgram(process.execPath, [main, orm, kind, address], folder, {
        ORDERS: JSON.stringify(orders),
        PRISMA_CLIENT: client,
      });
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Prisma makes a client for one database. Resolves with the file to import. */
async function generateClient(
  modules: string,
  folder: string,
  kind: DatabaseKind,
): Promise<string> {
  const home = join(folder, `prisma-${kind}`);
  await mkdir(home, { recursive: true });
  const schema = await readFile(join(ROOT, PACKAGE, 'schema.prisma'), 'utf8');
  await writeFile(join(home, 'schema.prisma'), schema.replace('PROVIDER', PROVIDERS[kind]));
  const prisma = join(modules, 'prisma/build/index.js');
  await runProgram(process.execPath, [prisma, 'generate', '--schema', 'schema.prisma'], home, {
    // The program that migrates is not in the package. It would be downloaded, and is not needed: any file will do.
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: '1',
  });
  return join(home, 'client/index.js');
}
