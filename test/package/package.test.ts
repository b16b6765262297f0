// What is published, in the hands of its users.
import type { ChildProcess } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { spawnCli } from '../app/cli-process.ts';
import {
  INSTALL_MS_MAX,
  type Installed,
  installTarball,
  type Manifest,
  ROOT,
} from './installed.ts';
import { consumer, importAll, page, reexport, requireAll } from './programs.ts';

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const STRICT = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022'];
const NODENEXT = ['--module', 'nodenext'];
const BUNDLER = ['--module', 'esnext', '--moduleResolution', 'bundler'];
const NODE_TYPES = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node'];

describe('the package', () => {
  let installed: Installed;
  beforeAll(async () => {
    installed = await installTarball();
  }, INSTALL_MS_MAX);
  afterAll(() => installed?.remove());

  const write = async (name: string, text: string, folder = installed.folder) => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };
  const compile = (file: string, options: readonly string[]) =>
    installed.run([TSC, ...STRICT, ...options, file]);

  it('holds what its package.json names, and nothing that only its makers need', async () => {
    const folder = join(installed.folder, 'node_modules/aftercommit');
    const { bin, exports: entries } = installed.manifest;
    const named = JSON.stringify([bin, entries]).match(/(?<=")(?:\.\/)?dist\/[^"]+/g) ?? [];
    expect(named).toContain('dist/src/app/main.js');
    for (const path of named) expect(await readFile(join(folder, path), 'utf8')).not.toBe('');
    const names = await readdir(folder);
    expect(names).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'CHANGELOG.md']));
    for (const name of ['test', 'bench', 'src', 'scripts']) expect(names).not.toContain(name);
  });

  it('gives an ES module and a CommonJS one the same from every entry', async () => {
    const { entries, commonJs } = installed;
    expect(entries).toEqual(
      expect.arrayContaining(['aftercommit', 'aftercommit/generator', 'aftercommit/client']),
    );
    const imported = await installed.run([await write('main.js', importAll(entries))]);
    const required = await installed.run([await write('main.js', requireAll(entries), commonJs)]);
    expect(JSON.parse(required)).toEqual(JSON.parse(imported));
    for (const names of Object.values(JSON.parse(imported))) expect(names).not.toEqual([]);
  });

  it.each([
    ['nodenext', NODENEXT],
    ['a bundler', BUNDLER],
  ])('has types that are right for %s', async (_, module) => {
    const file = await write('consumer.ts', consumer(installed.entries));
    await compile(file, [...module, ...NODE_TYPES]);
  });

  it('has types that are right for CommonJS', async () => {
    const file = await write('consumer.ts', consumer(installed.entries), installed.commonJs);
    await compile(file, [...NODENEXT, ...NODE_TYPES]);
  });

  it.each([
    ['no other package', /\/(generator|client)/, ['--types', ''], ''],
    [
      'none but those of Node',
      /^aftercommit(\/(generator|client).*)?$/,
      NODE_TYPES,
      '@types/node/|undici-types/|',
    ],
  ])(
    'has types that need %s, but where a database is spoken to',
    async (_, entries, types, own) => {
      const light = installed.entries.filter((entry) => entries.test(entry));
      const file = await write('light.ts', reexport(light));
      const listed = await compile(file, [...NODENEXT, ...types, '--listFiles']);
      const foreign = new RegExp(`node_modules/(?!${own}aftercommit/|@?typescript/)`);
      expect(listed.split('\n').filter((path) => foreign.test(path))).toEqual([]);
    },
  );

  it('has other types for the bundler of a page, which knows where it was loaded from', async () => {
    const file = await write('page.ts', page);
    await compile(file, [...BUNDLER, '--customConditions', 'browser', '--types', '']);
    await expect(compile(file, [...BUNDLER, '--types', ''])).rejects.toThrow(
      'Expected 1 arguments',
    );
  });

  it('is bundled for a page with nothing of Node in it', async () => {
    const entry = await write('page.js', page);
    const { metafile, warnings } = await build({
      entryPoints: [entry],
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
      metafile: true,
      absWorkingDir: installed.folder,
    });
    expect(warnings).toEqual([]);
    const paths = Object.keys(metafile.inputs).filter((path) => path !== 'page.js');
    expect(paths.filter((path) => !path.startsWith('node_modules/aftercommit/'))).toEqual([]);
    const [output] = Object.values(metafile.outputs);
    expect(output?.imports).toEqual([]);
  });

  describe('on the command line', () => {
    const running = new Set<ChildProcess>();
    const cli = (args: readonly string[], env = {}) => {
      const program = join(installed.folder, 'node_modules/.bin/aftercommit');
      return spawnCli([program, ...args], installed.folder, env, running);
    };
    beforeAll(() => installed.add(peersOf(installed.manifest)), INSTALL_MS_MAX);
    afterAll(() => {
      for (const child of running) child.kill('SIGKILL');
    });

    it('is found by npx', async () => {
      const help = await installed.npx(['aftercommit', '--help']);
      expect(help).toContain('Usage: aftercommit');
    });

    it('serves what is published to whoever tails', async () => {
      const server = cli(['serve', '--archiver', '--discarder'], { EVT_PORT: '0' });
      const env = { EVT_URL: await server.firstLine() };
      const tail = cli(['tail', '--from', 'beginning'], env);
      expect((await cli(['publish', 'ORDER_PAID', '{"order": 1.0}'], env).ended).stdout).toBe(
        '1\n',
      );
      expect(await tail.firstLine()).toMatch(/^1 .* ORDER_PAID {"order": 1\.0}$/);
      for (const { child, ended } of [tail, server]) {
        child.kill('SIGTERM');
        expect((await ended).code).toBe(0);
      }
      expect(await readdir(join(installed.folder, 'data'))).toContain('events.db');
    });
  });
});

/** Drivers, which an application brings along for the database that it uses. */
function peersOf({ peerDependencies = {} }: Manifest): string[] {
  return Object.entries(peerDependencies).map(([name, range]) => `${name}@${range}`);
}
