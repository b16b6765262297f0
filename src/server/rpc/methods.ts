// Every method, written once for every envelope. Params have been validated against their schema; a result is JSON
// text, because events are spliced from stored text and never parsed, or a batch, which each envelope words itself.

import { LIVE, parseIdent } from '../../contract/consumer.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { Draft } from '../../contract/event.ts';
import { compareIds, type EventId, idPlus, NO_EVENT } from '../../contract/event-id.ts';
import type { methodTable } from '../../contract/generated/method-table.ts';
import { openrpc } from '../../contract/generated/openrpc.ts';
import type {
  AddCredentialParams,
  AddEventParams,
  CopyFacts,
  CopyStatusParams,
  KeepArchiveParams,
  PingParams,
  PollEventsParams,
  ReadEventsParams,
  ReadyToReceiveParams,
  RegisterConsumerParams,
  ReleaseArchiveParams,
  RemoveCredentialParams,
  SealStreamParams,
  StartCopyParams,
  TakeArchiveParams,
  UnregisterConsumerParams,
} from '../../contract/generated/types.ts';
import { EVENTS_MAX } from '../../contract/limits.ts';
import type { Delivery, Start } from '../../delivery/delivery.ts';
import type { TypeFilter } from '../../feed/cut.ts';
import type { Origin } from '../../generator/origin.ts';
import { mayDo, requireAllTypes, requireType, typeFilter } from '../auth/principal.ts';
import {
  type Call,
  consumerFor,
  type Method,
  type MethodServices,
  notServed,
  ownerFor,
  requireReliable,
  streamFor,
} from './call.ts';
import { failureOf, parkingMethods } from './parking-methods.ts';

export type MethodName = Exclude<keyof typeof methodTable, 'onEvents'>;

function archivedStreamFor(call: Call): string {
  requireAllTypes(call.principal);
  return streamFor(call);
}

function draftsFor(call: Call): readonly Draft[] {
  for (const draft of call.drafts) requireType(call.principal, draft.type);
  return call.drafts;
}

/** Calls of one connection keep their order; a key is the principal's own. */
function originOf({ params, principal, peer }: Call): Origin {
  const { idempotency_key: key } = params as AddEventParams;
  if (key === undefined) return { source: peer };
  return { source: peer, key: { principal: principal.name, key } };
}

export const methods: Readonly<Record<MethodName, Method>> = {
  ...parkingMethods,

  addEvent: ({ generator }, call) => {
    const [draft] = draftsFor(call);
    return generator
      .addEvent(streamFor(call), draft as Draft, originOf(call))
      .then((id) => `"${id}"`);
  },

  addEvents: ({ generator }, call) =>
    generator
      .addEvents(streamFor(call), draftsFor(call), originOf(call))
      .then((range) => JSON.stringify(range)),

  registerConsumer: async (services, call) => {
    const { delivery } = services;
    const params = call.params as RegisterConsumerParams;
    const { component, from, epoch, park_after: parkAfter = null } = params;
    if (component !== LIVE) requireReliable(services);
    const consumer = { ...consumerFor(call, component), stream: streamFor(call) };
    await delivery.register(consumer, startOf(from, epoch), parkAfter);
    return 'true';
  },

  unregisterConsumer: async ({ delivery }, call) => {
    const params = call.params as UnregisterConsumerParams;
    const { dry_run: isDryRun = false, drop_parked: dropsParked = false } = params;
    const consumer = { ...ownerFor(call, params), stream: streamFor(call) };
    const how = { isDryRun, dropsParked };
    const forgotten = await delivery.unregister(consumer, how, call.peer);
    return JSON.stringify({ unregistered: !isDryRun, ...forgotten });
  },

  pollEvents: (services, call) => {
    const { delivery, batchMax, allowPolling } = services;
    const params = call.params as PollEventsParams;
    if (!allowPolling) throw notServed('Polling');
    if (params.component !== LIVE) requireReliable(services);
    const stream = streamFor(call);
    return delivery.poll(
      { ...consumerFor(call, params.component), stream },
      {
        lastId: (params.last_id ?? null) as EventId | null,
        epoch: params.epoch,
        filter: filterFor(services, call, stream, params.want),
        eventsMax: Math.min(params.limit ?? batchMax, batchMax),
        bytesMax: call.wire.answerBytesMax,
        movesCursor: !call.wire.tellsRange,
        waitMs: params.wait_ms ?? 0,
        signal: call.signal,
      },
    );
  },

  readyToReceive: async (services, call) => {
    const { delivery } = services;
    const params = call.params as ReadyToReceiveParams;
    const { openChannel } = call;
    if (openChannel === null) throw new ServiceError('PushNeedsSocket');
    const { component } = params;
    if (component !== LIVE) requireReliable(services);
    const stream = streamFor(call);
    await delivery.subscribe({
      ...consumerFor(call, component),
      stream,
      filter: filterFor(services, call, stream, params.want),
      bytesMax: call.wire.answerBytesMax,
      batchesInFlightMax: params.max_in_flight,
      start: params.from === undefined ? undefined : startOf(params.from, params.epoch),
      peer: call.peer,
      openChannel: () => openChannel(component, stream),
    });
    return 'true';
  },

  listConsumers: async ({ delivery }, call) => {
    const isAdmin = mayDo(call.principal, 'admin');
    const consumers = await delivery.list(streamFor(call));
    const shown = consumers
      .map((consumer) => ({ ...consumer, ...parseIdent(consumer.ident) }))
      .filter((consumer) => isAdmin || consumer.principal === call.principal.name)
      .map((consumer) => ({
        principal: consumer.principal,
        component: consumer.component,
        cursor: consumer.cursor,
        lag: consumer.lag,
        last_time: consumer.lastTime,
        connected: consumer.isConnected,
        stale: consumer.isStale,
        set_aside: consumer.isSetAside,
        park_after: consumer.parkAfter,
        parked: consumer.parked,
        failing: failureOf(consumer),
      }));
    return JSON.stringify(shown);
  },

  streamInfo: async ({ delivery }, call) => {
    const stream = streamFor(call);
    const info = await delivery.streamInfo(stream);
    const isEmpty = compareIds(info.newest, info.discardedUpTo) <= 0;
    return JSON.stringify({
      stream,
      first: isEmpty ? NO_EVENT : idPlus(info.discardedUpTo, 1),
      last: info.newest,
      discarded_up_to: info.discardedUpTo,
      readable_after: info.readableAfter,
      gaps_up_to: info.gapsUpTo,
      inbox: info.inbox,
      status: info.status,
      epoch: info.epoch,
      forks: info.forks.map(({ epoch, beganAfter }) => ({ epoch, began_after: beganAfter })),
    });
  },

  startCopy: async ({ copies }, call) =>
    JSON.stringify(await copies.begin(call.params as StartCopyParams)),

  listCopies: async ({ copies }) => JSON.stringify(await copies.list()),

  copyStatus: ({ copies }, call) => copyText(call, (name, to) => copies.status(name, to)),

  pauseCopy: ({ copies }, call) => copyText(call, (name, to) => copies.pause(name, to)),

  resumeCopy: ({ copies }, call) => copyText(call, (name, to) => copies.resume(name, to)),

  cancelCopy: ({ copies }, call) => copyText(call, (name, to) => copies.cancel(name, to)),

  listStreams: async ({ delivery }) => {
    const streams = await delivery.listStreams();
    const shown = streams.map(({ name, status, newest, discardedUpTo, isServed }) => ({
      stream: name,
      status,
      last: newest,
      discarded_up_to: discardedUpTo,
      served: isServed,
    }));
    return JSON.stringify(shown);
  },

  sealStream: ({ delivery }, call) => sealOrUnseal(delivery, call, true),

  unsealStream: ({ delivery }, call) => sealOrUnseal(delivery, call, false),

  hint: ({ generator, onHint }, call) => {
    const stream = streamFor(call);
    generator.requireStream(stream);
    onHint(stream);
    return 'true';
  },

  takeArchive: async ({ delivery }, call) => {
    const { node, lease_ms: leaseMs } = call.params as TakeArchiveParams;
    const stream = archivedStreamFor(call);
    return JSON.stringify(await delivery.archiving.take({ stream, node, leaseMs }));
  },

  keepArchive: async ({ delivery }, call) => {
    const { token, lease_ms: leaseMs, cursor, epoch } = call.params as KeepArchiveParams;
    const kept = await delivery.archiving.keep({
      stream: archivedStreamFor(call),
      token,
      leaseMs,
      cursor: cursor as EventId | undefined,
      epoch,
    });
    return JSON.stringify(kept);
  },

  releaseArchive: async ({ delivery }, call) => {
    const { token } = call.params as ReleaseArchiveParams;
    await delivery.archiving.release(archivedStreamFor(call), token);
    return 'true';
  },

  readEvents: ({ delivery }, call) => {
    const { after, epoch, limit } = call.params as ReadEventsParams;
    return delivery.archiving.read({
      stream: archivedStreamFor(call),
      after: after as EventId,
      epoch,
      eventsMax: limit ?? EVENTS_MAX,
      bytesMax: call.wire.answerBytesMax,
    });
  },

  addCredential: ({ keys }, call) => {
    const params = call.params as AddCredentialParams;
    const key = keys.add({
      ...params,
      allowedOrigins: params.allowed_origins,
      publicId: params.public_id,
      expiresAt: params.expires_at,
    });
    return JSON.stringify({ name: params.name, key: params.key === undefined ? key : null });
  },

  removeCredential: ({ keys }, call) => {
    const { name } = call.params as RemoveCredentialParams;
    return JSON.stringify({ name, removed: keys.remove(name) });
  },

  ping: (_, call) => JSON.stringify({ echo: (call.params as PingParams).echo }),

  'rpc.discover': () => JSON.stringify(openrpc),
};

async function copyText(
  { params }: Call,
  ask: (name: string, to: string | undefined) => Promise<CopyFacts>,
): Promise<string> {
  const { name, to } = params as CopyStatusParams;
  return JSON.stringify(await ask(name, to));
}

async function sealOrUnseal(delivery: Delivery, call: Call, isSealed: boolean): Promise<string> {
  const stream = streamFor(call);
  const { wait_ms: waitMs } = call.params as SealStreamParams;
  const wait = { waitMs, signal: call.signal };
  const { status, newest } = await delivery.setSealed(stream, isSealed, wait);
  return JSON.stringify({ stream, status, last: newest });
}

/** What the caller wants, may see, and can be sent. */
function filterFor(
  { metrics }: MethodServices,
  { principal, wire }: Call,
  stream: string,
  want: readonly string[] | null = null,
): TypeFilter | null {
  const wanted = typeFilter(principal, want);
  const { canCarry } = wire;
  if (canCarry === null) return wanted;
  const isWanted = (type: string) => wanted === null || wanted.lets(type);
  return {
    key: `carried ${wanted?.key ?? ''}`,
    lets: (type) => isWanted(type) && canCarry(type),
    onLeftOut: (type) => {
      if (isWanted(type)) metrics.notCarried.inc({ stream });
    },
  };
}

function startOf(from: RegisterConsumerParams['from'], epoch: number | undefined): Start {
  if (from === undefined) return 'beginning';
  if (typeof from === 'object' && 'id' in from) return { id: from.id as EventId, epoch };
  return from;
}
