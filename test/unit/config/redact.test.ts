import { loadSettings } from '../../../src/config/load.ts';
import { redact, redactUrl } from '../../../src/config/redact.ts';

describe('redact', () => {
  it('hides keys whatever they look like, and leaves null as it is', () => {
    expect(redact(loadSettings({ values: { key: 'a:b' } })).key).toBe('***');
    expect(redact(loadSettings({})).key).toBeNull();
  });

  it('hides what is secret of sinks, of unknown ones too', () => {
    const sinks = [
      { name: 'r', type: 'redis', url: 'redis://:s3cret@h:1/2', key: 'k' },
      { name: 'n', type: 'nats', servers: ['nats://u:s3cret@h', 'nats://g'], password: 's3cret' },
      { name: 'x', type: 'x', token: 's3cret', deep: { dbPassword: 's3cret', list: [1, null] } },
      { name: 'w', type: 'w', apiKey: 's3cret', headers: { Authorization: 'Bearer s3cret' } },
    ];
    const settings = loadSettings({ environment: { EVT_SINKS: JSON.stringify(sinks) } });
    expect(redact(settings).sinks).toEqual([
      { name: 'r', type: 'redis', url: 'redis://:***@h:1/2', key: 'k' },
      { name: 'n', type: 'nats', servers: ['nats://u:***@h', 'nats://g'], password: '***' },
      { name: 'x', type: 'x', token: '***', deep: { dbPassword: '***', list: [1, null] } },
      { name: 'w', type: 'w', apiKey: '***', headers: { Authorization: '***' } },
    ]);
    expect(() => loadSettings({ environment: { EVT_SINKS: '[{"password": "s3cret"' } })).toThrow(
      'EVT_SINKS must be an array in JSON, got (hidden)',
    );
  });

  it('hides passwords of URLs that cannot be read', () => {
    const servers = ['nats://u:to ps3cret@h', 'nats://a/b:s3cret@h', 'nats://a b:s3cret\n@h/c'];
    const values = { url: 'http://u:s3 cret@h/rpc', sinks: [{ name: 'n', type: 'nats', servers }] };
    const shown = JSON.stringify(redact(loadSettings({ values })));
    expect(shown).not.toMatch(/s3|cret/);
    expect(shown).toContain('nats://a b:***@h/c');
  });

  it('shows everything else', () => {
    const settings = loadSettings({ values: { port: 1 } });
    expect(redact(settings)).toMatchObject({ port: 1, databaseUrl: 'sqlite:./data/events.db' });
  });
});

describe('redactUrl', () => {
  it.each([
    ['postgres://u:secret@h/db', 'postgres://u:***@h/db'],
    ['postgres://u:se@cret@h/db', 'postgres://u:***@h/db'],
    ['postgres://u:se/cret@a,b/db', 'postgres://u:***@a,b/db'],
    ['mysql://:secret@h/db', 'mysql://:***@h/db'],
    ['mysql://h/db?password=secret&x=1', 'mysql://h/db?password=***&x=1'],
    ['mysql://h:3306/db', 'mysql://h:3306/db'],
    ['postgres://u@h/db', 'postgres://u@h/db'],
    ['sqlite:./data/a@b.db', 'sqlite:./data/a@b.db'],
    ['could not reach mysql://u:secret@h/db in time', 'could not reach mysql://u:***@h/db in time'],
  ])('shows %s as %s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });
});
