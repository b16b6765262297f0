// The repository about itself.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingNames } from '../src/config/load.ts';
import { methodTable } from '../src/contract/generated/method-table.ts';
import { openrpc } from '../src/contract/generated/openrpc.ts';
import { methods } from '../src/server/rpc/methods.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
const sources = filesIn('src').filter((path) => path.endsWith('.ts'));
const written = sources.filter((path) => !path.includes('/generated/'));

describe('the repository', () => {
  it('has schemas, an OpenRPC entry, a scope and a test for every method', () => {
    const tests = filesIn('test')
      .filter((path) => path.endsWith('.ts'))
      .map(read)
      .join('\n');
    const schemas = filesIn('specs/schema/methods');
    for (const name of Object.keys(methodTable)) {
      expect(schemas).toContain(`specs/schema/methods/${name}.params.schema.json`);
      expect(schemas).toContain(`specs/schema/methods/${name}.result.schema.json`);
      expect(openrpc.methods.map((method) => method.name)).toContain(name);
      expect(tests).toContain(`'${name}'`);
    }
    const served = Object.entries(methodTable).filter(([, facts]) => 'scope' in facts);
    expect(Object.keys(methods).sort()).toEqual(served.map(([name]) => name).sort());
  });

  it('explains every metric', () => {
    const page = read('docs/metrics.md');
    for (const { name } of createMetrics().registry.getMetricsAsArray()) {
      expect(page).toContain(`\`${name}\``);
    }
  });

  it('reads every setting somewhere', () => {
    const code = written
      .filter((path) => !path.startsWith('src/config/'))
      .map(read)
      .join('\n');
    expect(settingNames.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
  });

  it('keeps files and lines short', () => {
    for (const path of written) {
      const lines = read(path).split('\n');
      expect([path, lines.length]).toEqual([path, Math.min(lines.length, 400)]);
      const long = lines.filter((line) => line.length > 120);
      expect([path, long]).toEqual([path, []]);
    }
  });

  it('opens every file with what lives in it', () => {
    for (const path of [...written, ...filesIn('migrations')]) {
      const first = read(path).replace(/^#!.*\n/, '');
      expect([path, first.slice(0, 2)]).toEqual([path, '//']);
    }
  });

  it.each([
    ['docs/orm.md', ['examples/orm', 'examples/sql']],
    ['docs/recipes.md', ['examples/recipes']],
    ['docs/sinks.md', ['examples/sinks']],
  ])('shows the examples in %s as they are', (page, folders) => {
    const block = /\]\(\.\.\/(examples\/[^)]+)\):\n\n```\w+\n(.*?)```\n/gs;
    const shown = [...read(page).matchAll(block)].map(([, path, text]) => [path, text]);
    const examples = folders.flatMap(filesIn).map((path) => [path, read(path)]);
    expect(shown.sort()).toEqual(examples.sort());
  });

  it('splits no table of its documents', () => {
    const pages = [...filesIn('docs'), ...readdirSync(root)].filter((path) => path.endsWith('.md'));
    for (const path of pages) {
      const heads = read(path).matchAll(/(?<=^|\n(?!\|).*\n)\|.*\n(.*)/g);
      const headless = [...heads].filter(([, below]) => !/^\|[-:| ]+\|$/.test(below ?? ''));
      expect([path, headless.map(([rows]) => rows)]).toEqual([path, []]);
    }
  });

  it('shows every example', () => {
    expect(readdirSync(join(root, 'examples')).sort()).toEqual(['orm', 'recipes', 'sinks', 'sql']);
  });

  it('has no marks of unfinished work', () => {
    for (const path of [...written, ...filesIn('migrations'), ...filesIn('specs')]) {
      expect([path, /\b(?:TODO|FIXME|XXX)\b/.test(read(path))]).toEqual([path, false]);
    }
  });

  it('says no word of the product in base', () => {
    const words = /\b(?:event|stream|consumer|cursor|batch|archive|inbox|queue)s?\b/i;
    for (const path of written.filter((each) => each.startsWith('src/base/'))) {
      const code = read(path).replace(/addEventListener|removeEventListener|event loop/g, '');
      expect([path, words.exec(code)?.[0]]).toEqual([path, undefined]);
    }
  });

  it('has not changed a migration since its release', () => {
    const hashes = JSON.parse(read('test/migration-hashes.json')) as Record<string, string>;
    for (const [path, hash] of Object.entries(hashes)) {
      expect([path, createHash('sha256').update(read(path)).digest('hex')]).toEqual([path, hash]);
    }
  });
});
