// Copies into files and out of them: the whole way around, and files that are not what was written.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Draft } from '../../../src/contract/event.ts';
import { type DatabaseKind, describeDatabases } from '../../support/databases.ts';
import { checkMetas, linesOfSegments, namesOf } from '../../support/segments.ts';
import { append, copy, idsOf, type Place, Places, rowsOf } from './places.ts';

const places = new Places();
beforeEach(() => places.open());
afterEach(() => places.close());
const files = (prefix = 'out') => `file:${places.dir}/${prefix}`;

/** Whatever a way through databases and files might change. */
const TEXTS = [
  '"\\u0000 \\ud83d\\ude00 \\u2028 \u2028 😀 żółw 漢字 \\n"',
  '"9007199254740993"',
  '9007199254740993',
  '1.0',
  '1e400',
  '-0.0',
  'null',
  '{}',
  '[]',
  '""',
  'false',
  ` { "a" : [ { "b" : null } , ${'['.repeat(20)}${']'.repeat(20)} ] , "a": 1 } `,
  '"? ?? :x $1 %s \' \'\' -- /* ; \\\\ \\""',
  `"${'x'.repeat(300_000)}"`,
];

describe('a copy through every kind of database and files', () => {
  it('ends with what it began with, byte for byte', async () => {
    const kinds: DatabaseKind[] = ['sqlite'];
    if (process.env.TEST_POSTGRES_URL) kinds.push('postgres');
    if (process.env.TEST_MYSQL_URL) kinds.push('mysql');
    if (process.env.CI) expect(kinds).toHaveLength(3);
    const first = await places.database('sqlite');
    const drafts: Draft[] = TEXTS.map((data, nth) => ({ type: `T:${nth}`, data }));
    await (await first.store()).append('main', drafts);
    const expected = await rowsOf(first);
    let from = `${first.url}#main`;
    for (const kind of kinds.slice(1)) {
      const next = await places.database(kind);
      expect(await copy([from, `${next.url}#main`])).toMatchObject({ code: 0 });
      from = `${next.url}#main`;
    }
    expect(await copy([from, files()])).toMatchObject({ code: 0, copied: TEXTS.length });
    const last = await places.database('sqlite');
    expect(await copy([files(), `${last.url}#main`])).toMatchObject({ code: 0 });
    expect(await rowsOf(last)).toEqual(expected);
  });
});

describeDatabases('files that were copied into', (kind) => {
  it('are whole, sealed, and go back as they are', async () => {
    const from = await places.database(kind);
    await append(await from.store(), 1000);
    const refs = [`${from.url}#main`, files()];
    const done = await copy([...refs, '--types', 'A']);
    expect(done).toMatchObject({ code: 0, copied: 334, watermark: '1000', last: '1000' });
    expect(await copy([...refs, '--types', 'A'])).toEqual({ ...done, copied_now: 0 });
    const rows = (await rowsOf(from)).filter((row) => row.includes(' A '));
    const lines = linesOfSegments(places.dir, 'out');
    expect(lines.map(({ id, type, data, ts }) => `${id} ${type} ${data} ${ts}`)).toEqual(rows);
    checkMetas(places.dir, 'out');
    for (const name of namesOf(places.dir, 'out')) {
      expect(existsSync(join(places.dir, name.replace('.ndjson', '.meta.json')))).toBe(true);
    }
    const to = await places.database(kind);
    expect(await copy([files(), `${to.url}#main`])).toMatchObject({ code: 0, copied: 334 });
    expect(await rowsOf(to)).toEqual(rows);
    expect((await copy([...refs, '--name', 'other'])).stderr).toMatch(/DestinationExists/);
    expect((await copy(refs)).stderr).toMatch(/begun in other terms \(types\)/);
  });
});

describe('files that are not what was written', () => {
  let path: string;
  let place: Place;
  let to: string;
  beforeEach(async () => {
    const from = await places.database('sqlite');
    await append(await from.store(), 300);
    await copy([`${from.url}#main`, files()]);
    const [name = ''] = namesOf(places.dir, 'out');
    path = join(places.dir, name);
    place = await places.database('sqlite');
    to = `${place.url}#main`;
  });
  const refused = async (...more: string[]) => {
    const { code, stderr } = await copy([files(), to, ...more]);
    expect(code).toBe(1);
    return stderr;
  };

  it('are refused for one byte, and nothing of them is imported', async () => {
    const bytes = readFileSync(path);
    const at = bytes.indexOf('same');
    bytes.write('fame', at);
    writeFileSync(path, bytes);
    expect(await refused()).toContain(`${path} is not what its .meta.json says (sha256)`);
    bytes.write('{{{', bytes.lastIndexOf('{"id"'));
    writeFileSync(path, bytes);
    expect(await refused('--name', 'second')).toMatch(
      /line 300 is no event.*SegmentCorrupt.*line 300/,
    );
    expect(await idsOf(place)).toEqual([]);
  });

  it('are refused when their last line is torn, unless that is allowed', async () => {
    await rm(path.replace('.ndjson', '.meta.json'));
    await rm(join(places.dir, 'out.copy.json'));
    await appendFile(path, '{"id":"301","type":"A"');
    expect(await refused()).toMatch(/line 301 is torn.*SegmentCorrupt/);
    expect(await copy([files(), to, '--no-verify'])).toMatchObject({ code: 0, copied: 300 });
  });

  it('are refused when some of them are missing', async () => {
    await rm(path);
    await rm(path.replace('.ndjson', '.meta.json'));
    expect(await refused()).toMatch(/hold 0 events, but 300 were written/);
    expect(readdirSync(places.dir)).toContain('out.copy.json');
    expect((await copy([files('none'), to, '--name', 'none'])).stderr).toMatch(
      /There are no files none/,
    );
  });

  it('are refused when a segment is gone whose meta is there, or while a copy still writes them', async () => {
    const meta = join(places.dir, `out-${'301'.padStart(18, '0')}.meta.json`);
    await writeFile(meta, '{}');
    expect(await refused()).toMatch(
      /out-0+301.meta.json is there without its segment.*SegmentCorrupt/,
    );
    await rm(meta);
    const note = join(places.dir, 'out.copy.json');
    const { copy: ended, ...more } = JSON.parse(readFileSync(note, 'utf8'));
    const running = { ...more, copy: { ...ended, status: 'running', endedAt: null } };
    writeFileSync(note, JSON.stringify(running));
    expect(await refused()).toMatch(/has not written all of the files .*StreamBusy/);
    expect(await idsOf(place)).toEqual([]);
    expect(await copy([files(), to, '--up-to', '100'])).toMatchObject({ code: 0, copied: 100 });
  });

  it('are refused when a line comes twice', async () => {
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [lines[0], ...lines].join('\n'));
    await rm(path.replace('.ndjson', '.meta.json'));
    await rm(join(places.dir, 'out.copy.json'));
    expect(await refused()).toMatch(/line 2 has the id 1 behind 1/);
  });
});
