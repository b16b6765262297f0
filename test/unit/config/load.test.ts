import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConfigError,
  flagOf,
  loadSettings,
  settingFacts,
  settingNames,
} from '../../../src/config/load.ts';

describe('loadSettings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aftercommit-load-'));
  const fileWith = (text: string) => {
    const file = join(folder, 'settings.json');
    writeFileSync(file, text);
    return file;
  };
  const problemsOf = (sources: Parameters<typeof loadSettings>[0]): readonly string[] => {
    try {
      loadSettings(sources);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
    return [];
  };
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gives the defaults of the schema', () => {
    const settings = loadSettings({});
    for (const name of settingNames) expect(settings[name]).toEqual(settingFacts(name).default);
  });

  it('takes flags before the environment, that before the file, and that before defaults', () => {
    const file = fileWith('{"host": "file", "port": 1, "queueMax": 2000, "batchMax": 3}');
    const settings = loadSettings({
      file,
      environment: { EVT_HOST: 'environment', EVT_PORT: '2', EVT_BATCH_MAX: '4' },
      flags: { host: 'flag', batchMax: '5' },
      values: { batchMax: 6 },
    });
    expect(settings).toMatchObject({ host: 'flag', port: 2, queueMax: 2000, batchMax: 6 });
    expect(settings.sleepMsMin).toBe(5);
  });

  it('names variables that are nearly ours, and passes over those of others', () => {
    const environment = {
      EVT_DATABSE_URL: 'sqlite:./x.db',
      EVT_DATABASE_POOLMAX: '3',
      EVT_WAREHOUS_URL: '',
      EVT_STREAM: 'of a consumer',
      EVT_KEYS: 'another',
      EVT_SERVICE_HOST: '10.0.0.1',
      EVT_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
      DATABASE_URL: 'sqlite:./x.db',
    };
    expect(problemsOf({ environment })).toEqual([
      'there is no variable EVT_DATABSE_URL; perhaps EVT_DATABASE_URL is meant',
      'there is no variable EVT_DATABASE_POOLMAX: it is EVT_DATABASE_POOL_MAX here',
    ]);
  });

  it('reads text as the type of the setting', () => {
    const environment = {
      EVT_STREAMS: 'main, audit',
      EVT_PORT: '0',
      EVT_ARCHIVER: 'on',
      EVT_DISCARDER: 'false',
      EVT_CREDENTIALS: '12',
    };
    expect(loadSettings({ environment })).toMatchObject({
      streams: ['main', 'audit'],
      port: 0,
      archiver: true,
      discarder: false,
      credentials: '12',
    });
  });

  it('takes an empty variable as not set', () => {
    expect(loadSettings({ environment: { EVT_HOST: '' } }).host).toBe('127.0.0.1');
  });

  it('reports every mistake at once, by the name the user knows', () => {
    const problems = problemsOf({
      file: fileWith('{"queueMax": 1, "colour": "red"}'),
      environment: { EVT_PORT: '80x', EVT_ARCHIVER: 'maybe', EVT_STREAMS: 'main,main' },
      flags: { logLevel: 'loud' },
    });
    expect(problems).toHaveLength(6);
    expect(problems).toEqual(
      expect.arrayContaining([
        'there is no setting colour',
        expect.stringMatching(/^queueMax must be >= 1000, got 1$/),
        expect.stringMatching(/^EVT_PORT must be integer, got "80x"$/),
        expect.stringMatching(/^EVT_ARCHIVER must be boolean, got "maybe"$/),
        expect.stringMatching(/^EVT_STREAMS must NOT have duplicate items/),
        '--log-level must be one of debug, info, warn, error, silent, got "loud"',
      ]),
    );
  });

  it('names a value as it was called where it was given, not as what it overrides', () => {
    const environment = { EVT_BATCH_MAX: '5', EVT_PORT: '80' };
    const values = { batchMax: 0, port: -1 };
    expect(problemsOf({ environment, values, valueNames: { port: 'server.port' } })).toEqual([
      'server.port must be >= 0, got -1',
      'batchMax must be >= 1, got 0',
    ]);
  });

  it.each(['1.5', '1e3', ' 5', '0x10', '٣'])('does not take %j as a number', (text) => {
    expect(problemsOf({ environment: { EVT_PORT: text } })).toHaveLength(1);
  });

  it('wants the longest pause to be no shorter than the shortest', () => {
    const environment = { EVT_SLEEP_MIN_MS: '50', EVT_SLEEP_MAX_MS: '20' };
    expect(problemsOf({ environment })).toEqual([
      'EVT_SLEEP_MAX_MS must be at least EVT_SLEEP_MIN_MS (50), got 20',
    ]);
  });

  it('never repeats a secret', () => {
    const problems = problemsOf({ file: fileWith('{"databaseUrl": ["secret"], "key": 5}') });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toMatch(/secret|5/);
  });

  it('repeats nothing of a file that is not JSON', () => {
    for (const text of [
      '{"key": secret}',
      'secret',
      '{"databaseUrl": "mysql://u:p", secret@h/x"}',
    ]) {
      const [problem] = problemsOf({ file: fileWith(text) });
      expect(problem).toMatch(/cannot be read as JSON: \w/);
      expect(problem).not.toMatch(/secret|ecre|mysql/);
    }
  });

  it.each([
    ['is not JSON', '{'],
    ['holds no object', '[1]'],
  ])('reports a file that %s', (_, text) => {
    const file = fileWith(text);
    expect(problemsOf({ file })).toEqual([expect.stringContaining(file)]);
  });

  it('reports a file that is not there', () => {
    const file = join(folder, 'nowhere.json');
    expect(problemsOf({ file })).toEqual([expect.stringContaining(file)]);
  });
});

describe('flagOf', () => {
  it('writes names as flags, each its own', () => {
    expect(flagOf('sleepMsMax')).toBe('sleep-ms-max');
    expect(new Set(settingNames.map(flagOf)).size).toBe(settingNames.length);
  });
});
