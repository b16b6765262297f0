// The sinks of the service's own by their type: what may be said of each, and how it is made.
import type { Check } from '../base/options.ts';
import { lineMaker } from './sinks/encoding.ts';
import { FileSink } from './sinks/file/file-sink.ts';
import { FILE_CHECKS, type FileSettings, placeOf } from './sinks/file/settings.ts';
import { NatsSink } from './sinks/nats/nats-sink.ts';
import { NATS_CHECKS, type NatsSettings, natsPlaceOf } from './sinks/nats/settings.ts';
import { RedisSink } from './sinks/redis/redis-sink.ts';
import { REDIS_CHECKS, type RedisSettings, redisPlaceOf } from './sinks/redis/settings.ts';
import { STDOUT_CHECKS, type StdoutSettings } from './sinks/stdout/settings.ts';
import { StdoutSink } from './sinks/stdout/stdout-sink.ts';
import type { StandingSink } from './standing-sink.ts';

export type { Encode, EncodedEvent } from './sinks/encoding.ts';
export type { FileSettings } from './sinks/file/settings.ts';
export type { NatsSettings } from './sinks/nats/settings.ts';
export type { RedisSettings } from './sinks/redis/settings.ts';
export type { StdoutSettings } from './sinks/stdout/settings.ts';

export interface SinkOfType {
  readonly title: string;
  readonly stream: string;
  /** Of its type, without problems. */
  readonly settings: unknown;
}

export interface SinkType {
  /** By the names of its settings. */
  readonly checks: Readonly<Record<string, Check>>;
  readonly make: (options: SinkOfType) => StandingSink;
  /** Two sinks with the same would write over one another. */
  readonly keyOf: (settings: unknown, stream: string) => string;
  /** The settings that this comes from; null = there is one such place in a process. */
  readonly keySettings: string | null;
}

const file: SinkType = {
  checks: FILE_CHECKS,
  make: ({ settings, ...facts }) =>
    new FileSink({ ...facts, place: placeOf(settings as FileSettings) }),
  keyOf: (settings) => {
    const { dir, prefix } = placeOf(settings as FileSettings);
    return `${dir} ${prefix}`;
  },
  keySettings: 'dir or prefix',
};

const nats: SinkType = {
  checks: NATS_CHECKS,
  make: ({ settings, ...facts }) =>
    new NatsSink({ ...facts, place: natsPlaceOf(settings as NatsSettings, facts.stream) }),
  keyOf: (settings, stream) => natsPlaceOf(settings as NatsSettings, stream).jetStream,
  keySettings: 'jetStream',
};

const redis: SinkType = {
  checks: REDIS_CHECKS,
  make: ({ settings, ...facts }) =>
    new RedisSink({ ...facts, place: redisPlaceOf(settings as RedisSettings, facts.stream) }),
  keyOf: (settings, stream) => {
    const { url, key } = redisPlaceOf(settings as RedisSettings, stream);
    const { host, pathname } = new URL(url);
    return `${host}${pathname.replace(/^\/0?$/, '')} ${key}`;
  },
  keySettings: 'key',
};

const stdout: SinkType = {
  checks: STDOUT_CHECKS,
  make: ({ title, settings }) =>
    new StdoutSink({ title, lineOf: lineMaker((settings as StdoutSettings).encode) }),
  keyOf: () => '',
  keySettings: null,
};

export const sinkTypes: ReadonlyMap<string, SinkType> = new Map([
  ['file', file],
  ['nats', nats],
  ['redis', redis],
  ['stdout', stdout],
]);
