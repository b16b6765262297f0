// Sink types that an application has registered, in its own process and for configuration files; and lines as it
// encodes them.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app/create-app.ts';
import {
  type App,
  type AppOptions,
  type ConfigError,
  type Encode,
  isServiceError,
  type NoticeMap,
  registerSink,
  type SinkFacts,
} from '../../src/index.ts';
import { createDatabase, type TestDatabase } from '../support/databases.ts';
import { call } from '../support/rpc.ts';
import { linesOfSegments } from '../support/segments.ts';
import { until } from '../support/until.ts';
import { buildCli, type CliBuild } from './cli-process.ts';

const EXAMPLE = join(__dirname, '../../examples/sinks/webhook.mjs');

let dir: string;
let database: TestDatabase;
const apps: App[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'aftercommit-registered-'));
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.stop();
  await database?.drop();
  await rm(dir, { recursive: true, force: true });
});

const start = async (sinks: NonNullable<AppOptions['sinks']>) => {
  const app = createApp({ database: database.url, logLevel: 'silent', sinks });
  apps.push(app);
  await app.start();
  return app;
};
const problemsOf = (sinks: unknown): readonly string[] => {
  try {
    createApp({ sinks } as AppOptions);
  } catch (error) {
    return (error as ConfigError).problems;
  }
  return [];
};
const refusalOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return isServiceError(error) ? `${error.code}: ${error.message}` : String(error);
  }
  return '';
};
const taking = () => ({ write: async () => {} });

describe('a registered sink type', () => {
  beforeEach(async () => {
    database = await createDatabase('sqlite');
  });

  it('makes sinks with its own options, and tells them when they are at their end', async () => {
    const made: { options: object; facts: SinkFacts }[] = [];
    const ids: string[] = [];
    const count = { rule: 'must be a number', fits: (value: unknown) => typeof value === 'number' };
    const kept = registerSink<{ count: number }>(
      'kept',
      (options, facts) => {
        made.push({ options, facts });
        return { write: async ({ events }) => void ids.push(...events.map(({ id }) => id)) };
      },
      { count: { ...count, isRequired: true } },
    );
    const app = await start([
      kept({ name: 'first', count: 1, types: ['T'] }),
      { name: 'second', type: 'kept', count: 2 } as unknown as ReturnType<typeof kept>,
    ]);
    await app.generator.addEvent('T');
    await until(() => ids.length === 2);
    const facts = { name: 'first', stream: 'main', types: ['T'] };
    expect(made).toMatchObject([
      { options: { count: 1 }, facts },
      { options: { count: 2 }, facts: { name: 'second', types: null } },
    ]);
    expect(made[0]?.options).toEqual({ count: 1 });
    expect(made[0]?.facts.signal.aborted).toBe(false);
    await app.stop();
    expect(made.map((each) => each.facts.signal.aborted)).toEqual([true, true]);
    expect(
      problemsOf([
        { name: 'a', type: 'kept', cuont: 1 },
        { name: 'b', type: 'kept', count: 'x' },
        { name: 'c', type: 'kpet', count: 1 },
      ]),
    ).toEqual([
      "sinks[0] has no option 'cuont'",
      'sinks[0].count must be a number, got undefined',
      'sinks[1].count must be a number, got "x"',
      'sinks[2]: there is no sink type kpet; perhaps kept is meant',
    ]);
  });

  it('whose factory fails, or gives no sink, fails the start', async () => {
    const factory = () => {
      throw new Error('No license.');
    };
    registerSink('failing', factory);
    registerSink('empty', (() => ({})) as unknown as typeof taking);
    await expect(start([{ name: 'a', type: 'failing' }])).rejects.toThrow(
      expect.objectContaining({
        message: 'The sink a could not be made',
        cause: new Error('No license.'),
      }),
    );
    await expect(start([{ name: 'a', type: 'empty' }])).rejects.toThrow(
      'The sink a: the factory of empty gave nothing with a function write.',
    );
  });

  it('is one for all copies of the package, and cannot be taken twice', () => {
    registerSink('once', taking);
    registerSink('once', taking);
    jest.isolateModules(() => {
      const copy = require('../../src/index.ts') as { registerSink: typeof registerSink };
      expect(copy.registerSink).not.toBe(registerSink);
      copy.registerSink('once', taking);
      copy.registerSink('from-a-copy', taking);
      expect(refusalOf(() => copy.registerSink('once', () => taking()))).toBe(
        'InvalidRequest: registerSink: there is a sink type once already, with another factory',
      );
    });
    expect(problemsOf([{ name: 'a', type: 'from-a-copy' }])).toEqual([]);
  });

  it.each([
    [() => registerSink('file', taking), 'file is a sink type of the service'],
    [
      () => registerSink('a b', taking),
      'type must match ^[A-Za-z][A-Za-z0-9_.-]{0,63}$, got "a b"',
    ],
    [() => registerSink('x', null as never), 'factory must be a function, got null'],
    [
      () => registerSink('x', taking, [] as never),
      'options must be an object with a check for each option',
    ],
    [
      () => registerSink('x', taking, { name: aCheck() }),
      'options.name: every sink has an option name',
    ],
    [
      () => registerSink('x', taking, { url: { rule: 'must be' } as never }),
      'options.url: fits must be a function, got undefined',
    ],
  ])('is refused when it cannot be one (%#)', (register, problem) => {
    expect(refusalOf(register)).toBe(`InvalidRequest: registerSink: ${problem}`);
  });
});

describe('lines in the words of the application', () => {
  beforeEach(async () => {
    database = await createDatabase('sqlite');
  });

  it('stand in files, each once, whatever they end with', async () => {
    const encode: Encode = ({ line }) => `${line.slice(0, -1)},"by":"me"}`;
    const out = join(dir, 'out');
    const sink = { name: 'files', type: 'file' as const, dir: out, encode };
    let app = await start([sink]);
    await app.generator.addEvents(drafts(3));
    await until(() => linesOfSegments(out).length === 3);
    await app.stop();
    app = await start([{ ...sink, encode: ({ line }) => Buffer.from(line) }]);
    await app.generator.addEvents(drafts(2));
    await until(() => linesOfSegments(out).length === 5);
    const lines = linesOfSegments(out);
    expect(lines.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5']);
    expect(lines[0]?.data).toBe('0,"by":"me"');
    expect(lines[4]?.data).toBe('1');
  });

  it.each([
    [
      'has a line break',
      (({ line }) => `${line}\n`) as Encode,
      'encode: the line of event 1 has a line break.',
    ],
    [
      'begins otherwise',
      (({ data }) => data) as Encode,
      'encode: in files the line of event 1 has to begin as event.line does, up to "data".',
    ],
    ['is none', (() => 1) as never, 'encode must give a string or a Uint8Array, got number.'],
  ])('are refused where one %s', async (_, encode: Encode, message) => {
    const out = join(dir, 'out');
    const app = await start([{ name: 'files', type: 'file', dir: out, encode }]);
    const errors: NoticeMap['sinkError'][] = [];
    app.on('sinkError', (notice) => errors.push(notice));
    await app.generator.addEvents(drafts(1));
    await until(() => errors.length === 1);
    expect(errors[0]?.error).toMatchObject({ message });
    expect(linesOfSegments(out)).toEqual([]);
  });
});

describe('sinkModules', () => {
  let build: CliBuild;
  let server: Server;
  const bodies: string[] = [];
  let status = 200;
  beforeAll(async () => {
    build = await buildCli();
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        if (status === 200) bodies.push(`${request.headers['event-range']}\n${body}`);
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server?.close();
    await build?.remove();
  });
  beforeEach(async () => {
    database = await createDatabase('sqlite');
  });

  it('gives sink types to serve, by paths beside the configuration file', async () => {
    const { port } = server.address() as AddressInfo;
    const settings = {
      databaseUrl: database.url,
      port: 0,
      sinkModules: ['./sinks/mine.mjs'],
      sinks: [
        {
          name: 'hook',
          type: 'webhook',
          url: `http://127.0.0.1:${port}/`,
          onError: 'skip',
          retryMaxMs: 10,
        },
      ],
    };
    await mkdir(join(dir, 'sinks'));
    await writeFile(join(dir, 'sinks/mine.mjs'), `import ${JSON.stringify(EXAMPLE)};\n`);
    const config = join(dir, 'settings.json');
    await writeFile(config, JSON.stringify(settings));
    const served = build.spawn(['serve', '--config', config]);
    const url = await served.firstLine();
    await call(url, 'addEvents', { events: drafts(2) });
    await until(() => bodies.join('').includes('"id":"2"'));
    expect(bodies[0]).toMatch(/^main 0-[12]\n\{"id":"1","type":"T","data":0,"ts":/);
    status = 503;
    await call(url, 'addEvents', { events: drafts(1) });
    await until(() => served.stderr.split('The webhook answers 503.').length > 8);
    status = 200;
    await until(() => bodies.join('').includes('"id":"3"'));
    status = 400;
    await call(url, 'addEvents', { events: drafts(1) });
    await until(() => served.stderr.includes('it is skipped'));
    status = 200;
    await call(url, 'addEvents', { events: drafts(1) });
    await until(() => bodies.join('').includes('"id":"5"'));
    expect(bodies.join('')).not.toContain('"id":"4"');
    served.child.kill('SIGTERM');
    expect((await served.ended).code).toBe(0);
  });

  it('that cannot be loaded are told, all of them', async () => {
    await writeFile(join(dir, 'broken.mjs'), 'throw new Error("Not today.");');
    const paths = `${join(dir, 'broken.mjs')},./nowhere.mjs`;
    const env = { EVT_SINK_MODULES: paths, EVT_DATABASE_URL: database.url, EVT_PORT: '0' };
    const { code, stderr } = await build.spawn(['serve'], env).ended;
    expect(code).toBe(2);
    expect(stderr).toContain('broken.mjs cannot be loaded: Not today.');
    expect(stderr).toContain('sinkModules: ./nowhere.mjs cannot be loaded: Cannot find module');
  });
});

function aCheck() {
  return { rule: 'must be', fits: () => true };
}

function drafts(count: number): { type: string; data: number }[] {
  return Array.from({ length: count }, (_, data) => ({ type: 'T', data }));
}
