// What the entries for Node and for browsers share.

export type { ErrorCode } from '../contract/errors.ts';
export type { EventId } from '../contract/event-id.ts';
export type { Fork } from '../contract/forks.ts';
export type {
  ConsumerFailure,
  ConsumerStatus,
  From,
  ListParkedResult,
  ParkedEvent,
  ParkedPosition,
  StreamInfoResult,
  UnregisterConsumerResult,
} from '../contract/generated/types.ts';
export { JsonText } from '../contract/json-text.ts';
export type { AppendOptions, ClientDraft } from './appender.ts';
export { CallError, type CallErrorCode, type CallErrorOptions, isCallError } from './call-error.ts';
export type { CallMethod, CallOptions, CallParams, CallResult } from './caller.ts';
export {
  Client,
  type ParkedOptions,
  type ParkedPageOptions,
  type RegisterOptions,
  type StreamOptions,
  type UnregisterOptions,
} from './client.ts';
export type { Consumer, RunOptions } from './consumer.ts';
export type { ConsumerOptions, OnEvents } from './consumer-options.ts';
export { type Enough, enough } from './enough.ts';
export type { ParkedPage } from './parked-page.ts';
export type { Position, ReceivedBatch, ReceivedEvent, WrittenEvent } from './received-batch.ts';
export type { SocketEvents, Transport, TransportSocket } from './transport.ts';
