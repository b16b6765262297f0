// What every command has in common: help, wrong usage, and a configuration with mistakes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failureLines } from '../../src/app/failure.ts';
import { cli, linesOf } from './run-cli.ts';

const COMMANDS = [
  'serve',
  'migrate',
  'archive',
  'discard',
  'consumers',
  'credentials',
  'publish',
  'tail',
  'config',
];
const SUBCOMMANDS = [
  'consumers list',
  'consumers register',
  'consumers unregister',
  'credentials add',
  'credentials list',
  'credentials remove',
];

describe('the command line', () => {
  it('lists its commands', async () => {
    const { code, stdout } = await cli(['--help']);
    expect(code).toBe(0);
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });

  it.each([...COMMANDS, ...SUBCOMMANDS])('explains %s', async (name) => {
    const { code, stdout, stderr } = await cli([...name.split(' '), '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Usage: aftercommit ${name.split(' ')[0]}`);
  });

  it('explains itself with a broken configuration too', async () => {
    expect((await cli(['serve', '--help'], { env: { EVT_PORT: 'x' } })).code).toBe(0);
  });

  it('offers every setting of a node as a flag of serve', async () => {
    const { stdout } = await cli(['serve', '--help']);
    expect(stdout).toMatch(/--sleep-ms-max N .*\n?.*EVT_SLEEP_MAX_MS; default 100 ms/s);
    expect(stdout).toMatch(/--archiver {2,}/);
  });

  it('tells once what a cause has in lines of its own, such as a statement', () => {
    const cause = new Error('create table a (\n  id int\n) - table a already exists');
    const error = new Error(`It failed: ${cause.message.replace(/\s+/g, ' ')}`, { cause });
    expect(failureLines(error, false)).toEqual([error.message]);
  });

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'));
    expect(await cli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    ['no command', [], '--help'],
    ['an unknown command', ['frob'], 'unknown command frob'],
    ['a name that every object has', ['constructor'], 'unknown command constructor'],
    ['a flag for a command', ['--port', '1'], 'unknown command --port'],
    ['an unknown part of a command', ['consumers', 'frob'], 'unknown command consumers frob'],
    ['half a command', ['credentials'], 'credentials --help'],
    ['an unknown flag', ['serve', '--frob'], "Unknown option '--frob'"],
    ["another command's flag", ['publish', 'A', '--count', '1'], "Unknown option '--count'"],
    ['a flag without its value', ['serve', '--port'], 'argument missing'],
    ['a flag where a value should be', ['serve', '--port', '--host', 'a'], '--flag=VALUE'],
    ['too few arguments', ['publish'], 'publish TYPE [JSON]'],
    ['too many arguments', ['migrate', 'now'], 'aftercommit migrate'],
    ['a port that is none', ['serve', '--port', '80000'], '--port must be <= 65535'],
    ['an address that is none', ['consumers', '--url', 'here'], 'EVT_URL (--url)'],
    ['a key in the address', ['consumers', '--url', 'http://a:b@c'], 'EVT_KEY'],
    ['a start that is none', ['tail', '--from', 'yesterday'], '--from takes'],
    ['a count that is none', ['tail', '--count', '0'], '--count takes'],
    ['a type that is none', ['tail', '--want', 'A,b c'], 'want.1: must match'],
    ['a stream that is none', ['publish', 'A', '--stream', 'No'], 'stream: must match'],
  ])('refuses %s with exit code 2 and a hint', async (_, args, hint) => {
    const { code, stdout, stderr } = await cli(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(linesOf(stderr)).toHaveLength(1);
    expect(stderr).toMatch(/^aftercommit: /);
    expect(stderr).toContain(hint);
  });

  it('tells all mistakes of the configuration at once', async () => {
    const env = {
      EVT_PORT: 'x',
      EVT_SLEEP_MAX_MS: '3s',
      EVT_STREAMS: 'main,No',
      EVT_SERVICES: 'generator,mail',
    };
    const { code, stdout, stderr } = await cli(['serve', '--batch-max', '0'], { env });
    expect([code, stdout]).toEqual([2, '']);
    const lines = linesOf(stderr);
    expect(lines).toHaveLength(5);
    for (const name of [...Object.keys(env), '--batch-max']) {
      expect(lines).toContainEqual(expect.stringMatching(`^aftercommit: config: ${name} must`));
    }
  });

  const BAD = 'postgres://a:s%zzecret@127.0.0.1:1/x';
  const WORDS = 'The URL of the database server has a % in its password';

  it.each([
    'serve',
    'migrate',
    'archive',
    'relay',
    'discard',
    'streams rename x y',
    'epoch',
    'copy main#main file:x/y',
    'doctor',
    'config',
  ])('%s refuses a database URL that cannot be read, and names the setting', async (line) => {
    const env = { EVT_DATABASE_URL: BAD, EVT_WAREHOUSE_URL: BAD };
    const { code, stdout, stderr } = await cli(line.split(' '), { env });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`aftercommit: config: EVT_DATABASE_URL: ${WORDS}`);
    expect(stderr).not.toContain('ecret');
  });

  it('names the flag of a database URL that is none, and both databases', async () => {
    const env = { EVT_WAREHOUSE_URL: 'sqlite::memory:' };
    const flags = ['--database-url', 'mysql://a:secret@127.0.0.1:1'];
    const { code, stderr } = await cli(['doctor', ...flags], { env });
    expect([code, linesOf(stderr)]).toEqual([
      2,
      [
        expect.stringMatching(/config: --database-url: .* ends with the name of a database/),
        expect.stringMatching(/config: EVT_WAREHOUSE_URL: SQLite needs a file/),
      ],
    ]);
  });

  it('refuses one in a reference of a copy', async () => {
    const { code, stderr } = await cli(['copy', `${BAD}#main`, 'file:x/y']);
    expect([code, stderr]).toEqual([2, expect.stringContaining(WORDS)]);
    expect(stderr).toMatch(/[^.]\.\n$/);
    expect(stderr).not.toContain('ecret');
  });

  it('leaves a database alone that a command does not use', async () => {
    const env = { EVT_DATABASE_URL: BAD, EVT_CREDENTIALS: '/nowhere/credentials.json' };
    expect((await cli(['credentials', 'list'], { env })).stderr).not.toContain('URL');
  });
});
