// `aftercommit config`: what is in force, and from where, without telling secrets.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, linesOf } from './run-cli.ts';

describe('aftercommit config', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aftercommit-config-'));
    file = join(folder, 'settings.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('says what is in force and where it comes from', async () => {
    await writeFile(file, JSON.stringify({ host: 'a', port: 1, streams: ['main', 'x'] }));
    const { code, stdout } = await cli(['config', '--config', file, '--port', '3'], {
      env: { EVT_PORT: '2', EVT_HOST: 'b', EVT_QUEUE_MAX: '' },
    });
    expect(code).toBe(0);
    const rows = linesOf(stdout).map((line) => line.split(/ {2,}/));
    expect(rows).toContainEqual(['port', '3', '--port']);
    expect(rows).toContainEqual(['host', 'b', 'EVT_HOST']);
    expect(rows).toContainEqual(['streams', 'main,x', file]);
    expect(rows).toContainEqual(['queueMax', '10000', 'default']);
  });

  it('prints one JSON object on request', async () => {
    const { stdout } = await cli(['config', '--json', '--archiver']);
    expect(JSON.parse(stdout)).toMatchObject({ port: 8080, archiver: true, key: null });
  });

  it('refuses a state that a server would refuse', async () => {
    const env = { EVT_STATE_KINDS: '[{"nam": "orders"}]' };
    const { code, stderr } = await cli(['config'], { env });
    expect([code, stderr]).toEqual([2, expect.stringContaining('state kind 1')]);
  });

  it.each([[[]], [['--json']]])('hides secrets with %j', async (flags) => {
    const { stdout } = await cli(['config', '--key', 'secret:1', ...flags], {
      env: {
        EVT_DATABASE_URL: 'postgres://user:secret2@host/db',
        EVT_WAREHOUSE_URL: 'mysql://user@host/db?password=secret3',
      },
    });
    expect(stdout).not.toContain('secret');
    expect(stdout).toContain('postgres://user:***@host/db');
    expect(stdout).toContain('mysql://user@host/db?password=***');
  });
});
