// Who wants to be served over a channel, and what every kind of subscription is made of.
import { identOf, LIVE } from '../contract/consumer.ts';
import type { TypeFilter } from '../feed/cut.ts';
import type { Feed } from '../feed/feed.ts';
import type { Start } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Channel } from './channel.ts';
import type { DeliveryLimits, DeliveryLoopOptions } from './delivery-loop.ts';
import type { Peer } from './registry.ts';

/** A consumer as its principal names it. */
export interface ConsumerRef {
  readonly stream: string;
  readonly principal: string;
  readonly component: string;
}

export interface SubscribeRequest extends ConsumerRef {
  /** null wants all. */
  readonly filter: TypeFilter | null;
  /** Bytes of events in one batch; one event always fits. */
  readonly bytesMax: number;
  readonly batchesInFlightMax: number | undefined;
  /** What differs for a reader that no network lies before. */
  readonly limits?: Partial<Omit<DeliveryLimits, 'bytesMax'>>;
  /** LIVE only; a registered consumer goes on from its cursor. */
  readonly start: Start | undefined;
  readonly peer: Peer;
  /** Called once, when nothing stands in the way any more. */
  readonly openChannel: () => Channel;
}

export interface AttachmentOptions extends Telemetry {
  readonly limits: Omit<DeliveryLimits, 'bytesMax'> & {
    readonly liveInFlight: number;
    readonly inFlightMax: number;
  };
}

type Attachment = Pick<SubscribeRequest, 'principal' | 'filter' | 'bytesMax' | 'limits'> & {
  /** null: nobody keeps its place. */
  readonly component: string | null;
  readonly batchesInFlightMax?: number | undefined;
  readonly openChannel: () => Channel;
};

/** In notices and logs. */
const UNNAMED = 'unnamed';

/** Opens the channel. `inFlight`: batches under way at once, where the reader does not say. */
export function attachmentOf(
  { limits, metrics, notices, logger }: AttachmentOptions,
  feed: Feed,
  request: Attachment,
  inFlight: number,
): DeliveryLoopOptions {
  return {
    feed,
    channel: request.openChannel(),
    filter: request.filter,
    batchesInFlightMax: Math.min(request.batchesInFlightMax ?? inFlight, limits.inFlightMax),
    limits: { ...limits, bytesMax: request.bytesMax, ...request.limits },
    consumer: readerName(request),
    metrics,
    notices,
    logger,
  };
}

function readerName({ component, principal }: Attachment): string {
  if (component === null) return UNNAMED;
  return component === LIVE ? LIVE : identOf({ principal, component });
}
