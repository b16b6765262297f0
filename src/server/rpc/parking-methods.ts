// The methods for consumers that fail: their policy, what is parked for them, and the failures of who polls.
import { LIVE } from '../../contract/consumer.ts';
import { ServiceError } from '../../contract/errors.ts';
import { eventText } from '../../contract/event.ts';
import { compareIds, type EventId, NO_EVENT } from '../../contract/event-id.ts';
import type { methodTable } from '../../contract/generated/method-table.ts';
import type {
  ChangeConsumerParams,
  ConsumerFailure,
  DropParkedParams,
  ListParkedParams,
  ReportFailureParams,
} from '../../contract/generated/types.ts';
import type { ConsumerStatus } from '../../delivery/delivery.ts';
import type { ParkedEvent } from '../../delivery/parking.ts';
import { typeFilter } from '../auth/principal.ts';
import {
  type Call,
  consumerFor,
  type Method,
  notServed,
  ownerFor,
  requireReliable,
  streamFor,
} from './call.ts';

const PAGE_MAX = 100;

type ParkingMethod = keyof typeof methodTable &
  ('changeConsumer' | 'reportFailure' | 'listParked' | 'retryParked' | 'dropParked');

export const parkingMethods: Readonly<Record<ParkingMethod, Method>> = {
  changeConsumer: async ({ delivery }, call) => {
    const params = call.params as ChangeConsumerParams;
    await delivery.parking.setParkAfter(ownConsumer(call, params), params.park_after);
    return 'true';
  },

  reportFailure: async (services, call) => {
    const params = call.params as ReportFailureParams;
    if (!services.allowPolling) throw notServed('Polling');
    if (params.component === LIVE) throw new ServiceError('NotRegistered');
    requireReliable(services);
    const consumer = { ...consumerFor(call, params.component), stream: streamFor(call) };
    const batch = { ...batchOf(params), epoch: params.epoch };
    const verdict = await services.delivery.parking.report(consumer, batch, params.error ?? null);
    return JSON.stringify({
      retry_after_ms: Math.ceil(verdict.pauseMs),
      alone_up_to: verdict.aloneUpTo,
      go_on_at: verdict.goesOnAt,
    });
  },

  listParked: async ({ delivery }, call) => {
    const params = call.params as ListParkedParams;
    const { after = { id: NO_EVENT, epoch: 1 }, limit = PAGE_MAX } = params;
    const page = await delivery.parking.list(ownConsumer(call, params), {
      after: { id: after.id as EventId, epoch: after.epoch },
      limit,
      bytesMax: call.wire.answerBytesMax,
    });
    const visible = typeFilter(call.principal, null);
    const shown = page.events.filter(({ row: [, type] }) => visible === null || visible.lets(type));
    return `{"events":[${shown.map(parkedText).join(',')}],"next":${JSON.stringify(page.next)}}`;
  },

  retryParked: async ({ delivery }, call) => {
    const params = call.params as DropParkedParams;
    const count = await delivery.parking.retry(ownConsumer(call, params), choiceOf(params));
    return JSON.stringify({ asked_for: count });
  },

  dropParked: async ({ delivery }, call) => {
    const params = call.params as DropParkedParams;
    const count = await delivery.parking.drop(ownConsumer(call, params), choiceOf(params));
    return JSON.stringify({ dropped: count });
  },
};

/** What a consumer fails on, as listConsumers shows it. */
export function failureOf({ failure, parkAfter }: ConsumerStatus): ConsumerFailure | null {
  if (failure === null) return null;
  const { eventId, tries, eventTries, since, triedAt, nextTryAt, error } = failure;
  return {
    event_id: eventId,
    tries,
    event_tries: eventTries,
    since,
    tried_at: triedAt,
    next_try_at: nextTryAt,
    error,
    full: parkAfter !== null && eventTries >= parkAfter,
  };
}

function ownConsumer(call: Call, params: { component: string; principal?: string }) {
  return { ...ownerFor(call, params), stream: streamFor(call) };
}

function choiceOf({ ids, epoch }: DropParkedParams) {
  return { ids: ids as readonly EventId[] | null, epoch };
}

/** Throws `InvalidRequest` for what no poll can have given. */
function batchOf(params: ReportFailureParams) {
  const after = params.after as EventId;
  const upTo = params.up_to as EventId;
  const onlyId = (params.event_id ?? null) as EventId | null;
  const isWithin = (id: EventId) => compareIds(after, id) < 0 && compareIds(id, upTo) <= 0;
  if (compareIds(after, upTo) > 0 || (onlyId !== null && !isWithin(onlyId))) {
    const message = 'params: after < event_id <= up_to is expected';
    throw new ServiceError('InvalidRequest', { message, details: { in: 'params' } });
  }
  return { after, upTo, onlyId };
}

/** The event as it is everywhere, and what is known of its failure. */
function parkedText({
  row,
  epoch,
  error,
  tries,
  since,
  parkedAt,
  isAskedFor,
}: ParkedEvent): string {
  const facts = { epoch, error, tries, since, parked_at: parkedAt, asked_for: isAskedFor };
  return `${eventText(row).slice(0, -1)},${JSON.stringify(facts).slice(1)}`;
}
