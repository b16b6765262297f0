// Where no driver is installed: nothing asks for one before it is needed, and then it is asked for by its name.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { buildCli, type CliBuild } from './cli-process.ts';

const packageFile = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as {
  readonly exports: Record<
    string,
    { readonly default: string | { readonly default: string } } | string
  >;
  readonly peerDependencies: Record<string, string>;
};
const DRIVERS = Object.keys(packageFile.peerDependencies);
/** What Node is given: files, and the bundle for pages, are left out. */
const ENTRIES = Object.entries(packageFile.exports).flatMap(([name, entry]) => {
  if (typeof entry === 'string') return [];
  const file = typeof entry.default === 'string' ? entry.default : entry.default.default;
  return file.startsWith('./dist/src/') ? [[name, file.replace('./dist/', '')] as const] : [];
});

const SAYS = 'aftercommit: The active database cannot be opened: ';

/** '' = none. */
const COMMANDS = [
  ...['', 'serve', 'migrate', 'archive', 'discard', 'consumers', 'credentials'],
  ...['publish', 'tail', 'config', 'doctor'],
];

/** Packages are looked for beside the link and not beside what it leads to. */
const BY_LINKS = { NODE_OPTIONS: '--preserve-symlinks' };

const hasBuiltInSqlite = process.getBuiltinModule?.('node:sqlite') !== undefined;

describe('without the packages of the drivers', () => {
  let build: CliBuild;
  const run = (...args: string[]) => build.spawn(args, BY_LINKS).ended;
  const serve = (url: string) => run('serve', '--port', '0', '--database-url', url);
  beforeAll(async () => {
    build = await buildCli(DRIVERS);
  });
  afterAll(() => build?.remove());

  it('they cannot be loaded in this test', async () => {
    for (const name of DRIVERS) {
      expect(await importing(name)).toMatch(new RegExp(`^Cannot find package '${name}'`));
    }
  });

  it.each(ENTRIES)('the entry %s is loaded', async (_, path) => {
    expect(await importing(pathToFileURL(join(build.build, path)).href)).toBe('');
  });

  it.each(COMMANDS)('%s --help is answered', async (command) => {
    expect(await run(...(command === '' ? [] : [command]), '--help')).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  it.each([
    ['PostgreSQL needs', 'pg', 'postgres://a:secret@127.0.0.1:1/x'],
    ['MySQL and MariaDB need', 'mysql2', 'mysql://a:secret@127.0.0.1:1/x'],
    ['MySQL and MariaDB need', 'mysql2', 'mariadb://a:secret@127.0.0.1:1/x'],
  ])('%s %s, as one line says', async (says, name, url) => {
    const line = `${says} the package ${name}, which is not installed: npm install ${name}`;
    expect(await serve(url)).toEqual({ code: 1, stdout: '', stderr: `${SAYS}${line}\n` });
  });

  // Where Node has a SQLite of its own, none is asked for.
  const itWithoutSqlite = hasBuiltInSqlite ? it.skip : it;
  itWithoutSqlite('SQLite needs the version that was tried (where Node has none)', async () => {
    const name = '@photostructure/sqlite';
    const version = packageFile.peerDependencies[name];
    const { code, stderr } = await serve('sqlite:./events.db');
    expect([code, stderr]).toEqual([
      1,
      `${SAYS}SQLite on this version of Node needs the package ${name}, which is not installed: ` +
        `npm install ${name}@${version}\n`,
    ]);
  });

  it.each(['pg', 'mysql2', ...(hasBuiltInSqlite ? [] : ['@photostructure/sqlite'])])(
    'doctor says that %s is missing',
    async (name) => {
      const url = { pg: 'postgres://127.0.0.1:1/x', mysql2: 'mysql://127.0.0.1:1/x' }[name];
      const env = { ...BY_LINKS, EVT_WAREHOUSE_URL: 'sqlite:/nowhere/warehouse.db' };
      const args = ['doctor', '--database-url', url ?? 'sqlite:./events.db'];
      const { code, stdout } = await build.spawn(args, env).ended;
      expect([code, stdout]).toEqual([1, expect.stringContaining('error  driver-missing')]);
      expect(stdout).toContain(`npm install ${name}`);
    },
  );

  // What a package of old would say, around the true one: versions before are withdrawn, and cannot be installed.
  itWithoutSqlite('doctor says that SQLite is too old (where Node has none)', async () => {
    const folder = join(build.build, 'node_modules/@photostructure/sqlite');
    const real = require.resolve('@photostructure/sqlite');
    await mkdir(folder, { recursive: true });
    try {
      await writeFile(
        join(folder, 'index.js'),
        `const { DatabaseSync } = require(${JSON.stringify(real)});
         exports.DatabaseSync = class extends DatabaseSync {
           constructor(...given) {
             super(...given);
             this.function('sqlite_version', () => '3.51.2');
           }
         };`,
      );
      const { code, stdout } = await build.spawn(['doctor'], BY_LINKS).ended;
      expect([code, stdout]).toEqual([1, expect.stringContaining('error  library-old')]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('what is wrong inside of a package is told as it is', async () => {
    const folder = join(build.build, 'node_modules/pg');
    await mkdir(folder);
    try {
      await writeFile(join(folder, 'index.js'), "require('pg-of-old');");
      const { code, stderr } = await serve('postgres://a:secret@127.0.0.1:1/x');
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining("Cannot find module 'pg-of-old'"),
      ]);
      expect(stderr).not.toContain('npm install');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  /** What an import in a process of its own fails with; empty when it does not. */
  async function importing(name: string): Promise<string> {
    const script = join(build.build, 'importing.mjs');
    await writeFile(script, 'await import(process.argv[2]).catch((e) => console.log(e.message));');
    const options = { env: { ...BY_LINKS, PATH: process.env.PATH } };
    return (await promisify(execFile)(process.execPath, [script, name], options)).stdout;
  }
});

describe('without the packages of the engines', () => {
  it('a sink asks for the one that it needs', async () => {
    const build = await buildCli(DRIVERS.filter((name) => /nats|redis/.test(name)));
    try {
      const database = `sqlite:${join(build.build, 'events.db')}`;
      const serve = (sink: object) => {
        const sinks = JSON.stringify([{ name: 's', ...sink }]);
        const args = ['serve', '--port', '0', '--database-url', database, '--sinks', sinks];
        return build.spawn(args, BY_LINKS).ended;
      };
      const lacks = (type: string, name: string) =>
        `aftercommit: A sink of type ${type} needs the package ${name}, which is not installed: npm install`;
      expect(await serve({ type: 'nats', servers: 'nats://127.0.0.1:1' })).toMatchObject({
        code: 1,
        stderr: `${lacks('nats', '@nats-io/transport-node')} @nats-io/transport-node @nats-io/jetstream\n`,
      });
      expect(await serve({ type: 'redis', url: 'redis://127.0.0.1:1' })).toMatchObject({
        code: 1,
        stderr: `${lacks('redis', '@redis/client')} @redis/client\n`,
      });
    } finally {
      await build.remove();
    }
  });
});
