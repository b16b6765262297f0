// The single file for pages without a bundler: one module that needs nothing else and is quickly loaded.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import * as browser from '../../src/client/browser.ts';

const GZIP_BYTES_MAX = 12 * 1024;
const root = join(__dirname, '../..');
const { scripts, exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const path: string = entries['./client/browser'].default;

describe('the bundle', () => {
  const text = readFileSync(join(root, path), 'utf8');

  it(`is smaller than ${GZIP_BYTES_MAX} bytes by gzip`, () => {
    expect(gzipSync(text, { level: 9 }).length).toBeLessThan(GZIP_BYTES_MAX);
  });

  it('exports what the entry for browsers does, and imports nothing', async () => {
    const { metafile } = await build({
      entryPoints: [join(root, path)],
      bundle: true,
      write: false,
      format: 'esm',
      metafile: true,
    });
    const [output] = Object.values(metafile.outputs);
    expect(output?.exports.toSorted()).toEqual(Object.keys(browser).sort());
    expect(output?.imports).toEqual([]);
  });

  it('comes with a map of its sources', () => {
    const map = JSON.parse(readFileSync(join(root, `${path}.map`), 'utf8'));
    expect(text).toMatch(/\/\/# sourceMappingURL=client\.js\.map\n$/);
    expect(map.sourcesContent).toHaveLength(map.sources.length);
  });

  it('is where the build puts it', () => {
    expect(scripts.bundle).toContain(`--outfile=${path.slice(2)}`);
  });
});
