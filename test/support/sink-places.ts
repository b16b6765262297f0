// Places that sinks of the service's own types write to, read back as their readers would.
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SinkByType } from '../../src/index.ts';
import { describeWithEngine, startNats, startRedis } from './engines.ts';
import { countInJetStream, readJetStream } from './jet-stream.ts';
import { openRandom } from './random.ts';
import { askRedis, readRedis } from './redis-stream.ts';
import { linesOfSegments } from './segments.ts';

export interface SinkPlace {
  /** A sink named `out` that writes there. */
  readonly sink: (more?: object) => SinkByType;
  /** `type id` of each event there, in their order. */
  readonly events: () => Promise<string[]>;
  /** Of files, messages or keys: another one when something happens there. */
  readonly count: () => Promise<number>;
}

/** Where there may be many. */
export interface SinkPlaces {
  readonly next: () => SinkPlace;
  readonly close: () => Promise<void>;
}

const NAME = { name: 'out' };

async function openFiles(): Promise<SinkPlaces> {
  const root = await mkdtemp(join(tmpdir(), 'aftercommit-places-'));
  let count = 0;
  const next = () => {
    count += 1;
    const dir = join(root, String(count));
    return {
      sink: (more?: object) => ({ ...NAME, type: 'file', dir, segmentBytes: 500, ...more }),
      events: async () => linesOfSegments(dir).map(({ id, type }) => `${type} ${id}`),
      count: async () => readdirSync(dir).length,
    };
  };
  return { next, close: () => rm(root, { recursive: true }) };
}

async function openNats(): Promise<SinkPlaces> {
  const server = await startNats();
  const servers = server.url;
  let count = 0;
  const next = () => {
    count += 1;
    const jetStream = `p${count}`;
    const at = { servers, jetStream, prefix: jetStream };
    return {
      sink: (more?: object) => ({ ...NAME, type: 'nats', ...at, ...more }),
      events: async () => {
        const held = await readJetStream(servers, jetStream, `${jetStream}.main.>`);
        return held.map(({ text, id }) => `${JSON.parse(text).type} ${id}`);
      },
      count: () => countInJetStream(servers, jetStream),
    };
  };
  return { next, close: () => server.close() };
}

async function openRedis(): Promise<SinkPlaces> {
  const server = await startRedis();
  const { url } = server;
  let count = 0;
  const next = () => {
    count += 1;
    const key = `p${count}`;
    return {
      sink: (more?: object) => ({ ...NAME, type: 'redis', url, key, ...more }),
      events: async () => {
        const entries = await readRedis(url, key);
        return entries.map(({ id, fields }) => `${fields.type} ${id.replace(/-0$/, '')}`);
      },
      // A copy of it is made beside it.
      count: async () => Number(await askRedis(url, ['DBSIZE'])),
    };
  };
  return { next, close: () => server.close() };
}

const KINDS = { file: openFiles, nats: openNats, redis: openRedis } as const;

/**
 * Describes what happens at a place of one kind, drawn by SEED; DATABASES=all describes it at each. Where an engine
 * cannot be had it is reported as skipped.
 */
export function describeDrawnPlace(
  title: string,
  fn: (open: () => Promise<SinkPlaces>) => void,
): void {
  const random = openRandom();
  const all = ['file', 'nats', 'redis'] as const;
  const drawn = all[random.below(all.length)] ?? 'file';
  console.info(`${title}: SEED=${random.seed}`);
  for (const kind of process.env.DATABASES === 'all' ? all : [drawn]) {
    const named = `${title} of type ${kind}`;
    if (kind === 'file') describe(named, () => fn(KINDS.file));
    else describeWithEngine(kind, named, () => fn(KINDS[kind]));
  }
}
