// The published entry `aftercommit`: the service inside the application's own process.

export type { App } from './app/app.ts';
export type { AddressOptions, AppOptions } from './app/app-options.ts';
export { createApp } from './app/create-app.ts';
export type { AddOptions, InProcessAppender, NewEvent } from './app/in-process/appender.ts';
export type { InProcessHandler } from './app/in-process/channel.ts';
export type {
  ParkedFacts,
  ParkedOptions,
  ParkedPage,
  ParkedPageOptions,
} from './app/in-process/parked-facts.ts';
export type {
  ConsumerFacts,
  ConsumerFailing,
  InProcessSubscription,
  PollOptions,
  RegisterOptions,
  StreamChoice,
  SubscribeOptions,
  SubscriptionEnd,
  Unregistered,
  UnregisterOptions,
} from './app/in-process/reading.ts';
export { registerSink } from './app/sinks/register-sink.ts';
export type {
  DatabaseSinkOptions,
  FileSinkOptions,
  NatsSinkOptions,
  RedisSinkOptions,
  RegisteredSinkOptions,
  Sink,
  SinkByType,
  SinkContext,
  SinkFeedOptions,
  SinkOptions,
  StdoutSinkOptions,
} from './app/sinks/sink.ts';
export type { SinkFactory, SinkFacts, SinkOptionChecks } from './app/sinks/sink-registry.ts';
export type { Check } from './base/options.ts';
export {
  type EventId,
  type Fork,
  JsonText,
  type Position,
  type ReceivedBatch,
  type ReceivedEvent,
  type WrittenEvent,
} from './client/public.ts';
export { ConfigError, type Settings } from './config/load.ts';
export {
  type ErrorCode,
  isServiceError,
  ServiceError,
  type ServiceErrorOptions,
} from './contract/errors.ts';
export type { From } from './contract/generated/types.ts';
export type { Hints, HintsOptions, HintTarget } from './generator/hints.ts';
export type {
  Encode,
  EncodedEvent,
  FileSettings,
  NatsSettings,
  RedisSettings,
  StdoutSettings,
} from './relay/sink-table.ts';
export type { StreamCredentialOptions, StreamHub } from './server/stream-hub.ts';
export {
  type OwnStreamProvider,
  type PublishedItem,
  registerProvider,
  type StateSource,
  type StreamClient,
  type StreamCredential,
  type StreamFrame,
  type StreamProviderContext,
  type StreamProviderFactory,
} from './server/stream-kinds.ts';
export type { DatabaseSource, KnexInstance } from './store/source.ts';
export type { Logger } from './telemetry/logger.ts';
export type { NoticeListener, NoticeMap, NoticeName, WorkerName } from './telemetry/notices.ts';
