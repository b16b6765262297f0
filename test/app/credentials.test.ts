// `aftercommit credentials`: the file it writes, and the server that reads it.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StartedApp, startApp } from '../support/start-app.ts';
import { until } from '../support/until.ts';
import { cli, linesOf } from './run-cli.ts';

describe('aftercommit credentials', () => {
  let folder: string;
  let file: string;
  const credentials = (...args: string[]) =>
    cli(['credentials', ...args], { env: { EVT_CREDENTIALS: file } });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aftercommit-credentials-'));
    file = join(folder, 'sub', 'credentials.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('shows a key that it made once, and keeps only its hash, for the owner only', async () => {
    const { code, stdout } = await credentials('add', 'ada', '--may', 'generate,consume');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[\w-]{43}\n$/);
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain(stdout.trim());
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('does not print a key that it was given', async () => {
    const { code, stdout } = await credentials('add', 'ada', '--may', 'admin', '--key', 'k-1');
    expect([code, stdout]).toEqual([0, '']);
  });

  it('keeps a signing key as it is', async () => {
    const { code, stdout } = await credentials('add', 'ada', '--may', 'generate', '--hmac');
    expect(code).toBe(0);
    const [ada] = JSON.parse(await readFile(file, 'utf8')).principals;
    expect(ada).toMatchObject({ name: 'ada', keys: [], hmacKey: stdout.trim() });
    expect(Buffer.from(ada.hmacKey, 'base64')).toHaveLength(32);
  });

  it('lists principals and removes them', async () => {
    expect((await credentials('list')).stdout).toBe('There are no credentials.\n');
    await credentials('add', 'ada', '--may', 'generate', '--types', 'ORDER_*', '--streams', 'a,b');
    await credentials('add', 'bob', '--may', 'admin', '--expires', '2999-01-01');
    await credentials('add', 'bob', '--may', 'admin,consume');
    const page = ['--origins', 'https://shop.example', '--public-id', 'shop', '--kind', 'client'];
    await credentials('add', 'page', '--may', 'consume', ...page);
    await credentials('add', 'signer', '--may', 'generate', '--hmac');
    const rows = linesOf((await credentials('list')).stdout).map((line) => line.split(/ {2,}/));
    expect(rows).toEqual([
      ['NAME', 'MAY', 'TYPES', 'STREAMS', 'ORIGINS', 'PUBLIC ID', 'KEYS'],
      ['ada', 'generate', 'ORDER_*', 'a,b', '-', '-', '1 (for ever)'],
      ['bob', 'admin,consume', '*', '*', '-', '-', '2 (until 2999-01-01T00:00:00.000Z; for ever)'],
      ['page', 'consume', '*', '*', 'https://shop.example', 'shop', '1 (client, for ever)'],
      ['signer', 'generate', '*', '*', '-', '-', '1 (hmac, for ever)'],
    ]);
    expect((await credentials('remove', 'ada')).stdout).toBe('Removed ada.\n');
    expect((await credentials('remove', 'ada')).code).toBe(1);
    expect((await credentials('list')).stdout).not.toContain('ada');
  });

  it.each([
    ['the key of somebody else', ['--key', 'k-of-ada'], 'ada has the same key'],
    ['the public id of somebody else', ['--public-id', 'p-of-ada'], 'p-of-ada is there twice'],
    [
      'an origin that no browser says',
      ['--origins', 'https://shop.example/'],
      'as browsers say it',
    ],
    ['all origins', ['--origins', '*'], 'as browsers say it'],
  ])('refuses %s, and leaves the file as it was', async (_, args, reason) => {
    const ada = ['--key', 'k-of-ada', '--public-id', 'p-of-ada', '--may', 'consume'];
    await credentials('add', 'ada', ...ada);
    const before = await readFile(file, 'utf8');
    const { code, stdout, stderr } = await credentials('add', 'bob', '--may', 'consume', ...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(reason);
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it.each([
    ['no rights', ['ada']],
    ['an unknown right', ['ada', '--may', 'generate,fly']],
    ['the name of open mode', ['local', '--may', 'admin']],
    ['the name of consumers within the process', ['internal', '--may', 'admin']],
    ['a name with a colon', ['a:b', '--may', 'admin']],
    ['a key that no header can carry', ['ada', '--may', 'admin', '--key', 'a b']],
    ['an end that has passed', ['ada', '--may', 'admin', '--expires', '2020-01-01']],
    ['an end without a zone', ['ada', '--may', 'admin', '--expires', '2999-01-01T00:00']],
    ['a type without a name', ['ada', '--may', 'admin', '--types', 'A,']],
    ['a signing key that is not base64', ['ada', '--may', 'admin', '--hmac', '--key', 'k-1']],
  ])('refuses %s with exit code 2', async (_, args) => {
    const { code, stdout, stderr } = await credentials('add', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(linesOf(stderr)).toHaveLength(1);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  it('leaves a file alone that it does not understand', async () => {
    const broken = join(folder, 'broken.json');
    await writeFile(broken, '{"principals": [');
    const { code, stderr } = await cli(['credentials', 'add', 'ada', '--may', 'admin'], {
      env: { EVT_CREDENTIALS: broken },
    });
    expect(code).toBe(1);
    expect(stderr).toContain(`${broken} is not usable`);
    expect(await readFile(broken, 'utf8')).toBe('{"principals": [');
  });

  describe('with a server', () => {
    let app: StartedApp;
    const publish = (key: string, type = 'ORDER_PAID') =>
      cli(['publish', type], { env: { EVT_URL: app.url, EVT_KEY: key } });
    afterEach(() => app?.stop());

    it('lets in who has a key, as far as it may, until it is removed', async () => {
      const added = await credentials('add', 'ada', '--may', 'generate', '--types', 'ORDER_*');
      const key = added.stdout.trim();
      app = await startApp('sqlite', { credentials: file });

      expect(await publish(key)).toEqual({ code: 0, stdout: '1\n', stderr: '' });
      const other = await publish(key, 'OTHER');
      expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('(Unauthorized')]);
      const stranger = await publish('false');
      expect([stranger.code, stranger.stderr]).toEqual([1, expect.stringContaining('EVT_KEY')]);
      const consumers = ['consumers', '--url', app.url, '--key', key];
      expect((await cli(consumers)).stderr).toContain('(Unauthorized)');
      const tail = ['tail', '--url', app.url, '--key', 'false'];
      expect((await cli(tail)).stderr).toContain('(SecurityError)');

      await credentials('remove', 'ada');
      await until(async () => (await publish(key)).code === 1);
    });
  });
});
