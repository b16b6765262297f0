// `GET /streams/ping`: that the state has changed, or something else that makes what a client has out of date; what it
// is now the client asks for itself. With a key for clients, or at `/streams/ping/ID` for whoever knows a public id.
import { onAbort } from '../../base/on-abort.ts';
import { aStream } from '../../contract/checks.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { EventList } from '../../contract/event-list.ts';
import type { Delivery } from '../../delivery/delivery.ts';
import { wantFilter } from '../../feed/cut.ts';
import type { StateView } from '../../state/state-view.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { type KeyKind, requireRight, requireStream, typeFilter } from '../auth/principal.ts';
import { beginOrWait, PASSING } from './begin-or-wait.ts';
import type { SseConnection } from './connection.ts';
import { PingChannel } from './ping-channel.ts';
import type { StreamProvider, StreamRequest } from './provider.ts';
import { invalid } from './query.ts';

export interface PingProviderOptions {
  readonly delivery: Delivery;
  readonly views: ReadonlyMap<string, StateView>;
  /** Further types of events that are told of. */
  readonly stateInvalidate: readonly string[];
  readonly batchMax: number;
  readonly sseBufferBytes: number;
  readonly pingWindowMs: number;
  readonly logger: Logger;
}

interface Wish {
  readonly request: StreamRequest;
  readonly stream: string;
  /** Of the events that are told of. */
  readonly types: readonly string[];
  /** null: no state is kept of the stream. */
  readonly view: StateView | null;
}

/** It is told of everything at once anyway. */
const CHECKPOINT_MS = 3_600_000;
/** A sealed stream may be unsealed at some time. */
const WAITING = { kind: 'ping', passing: { ...PASSING, StreamSealed: 5000 } };

export class PingProvider implements StreamProvider {
  readonly kind = 'ping';
  readonly hasPaths = true;
  readonly hasPublicIds = true;
  readonly #options: PingProviderOptions;
  readonly #channels = new Map<string, Set<PingChannel>>();

  constructor(options: PingProviderOptions) {
    this.#options = options;
  }

  /** Tells the clients of a stream, as of a change. */
  ping(stream: string): void {
    for (const channel of this.#channels.get(stream) ?? []) channel.ping();
  }

  accepts(kind: KeyKind | null): boolean {
    return kind !== 'server';
  }

  async open(request: StreamRequest, accept: () => SseConnection): Promise<'open' | 'ended'> {
    const wish = this.#wishOf(request);
    let channel: PingChannel | null = null;
    const letIn = () => {
      channel ??= this.#channelOf(wish, accept());
      return channel;
    };
    const begin = () => this.#follow(wish, letIn);
    const { logger } = this.#options;
    return beginOrWait(begin, () => letIn().connection, { ...WAITING, logger });
  }

  #wishOf(request: StreamRequest): Wish {
    const { views, stateInvalidate } = this.#options;
    const { principal, query } = request;
    requireRight(principal, 'consume');
    query.allow([]);
    const stream = query.text('stream') ?? 'main';
    if (!aStream.fits(stream)) throw invalid(`stream: ${aStream.rule}`);
    requireStream(principal, stream);
    const view = views.get(stream) ?? null;
    const changing = view?.projection.typesOf(view.projection.kinds) ?? [];
    const seen = typeFilter(principal, null);
    const types = [...new Set([...changing, ...stateInvalidate])];
    return { request, stream, view, types: types.filter((type) => seen?.lets(type) ?? true) };
  }

  /** Throws `StreamSealed` when there is nothing to come, until the stream is unsealed. */
  async #follow(
    { request, stream, types, view }: Wish,
    letIn: () => PingChannel,
  ): Promise<'open' | 'ended'> {
    const { delivery, batchMax, sseBufferBytes } = this.#options;
    const found = await delivery.follow({
      stream,
      principal: request.principal.name,
      component: null,
      filter: wantFilter(types),
      bytesMax: sseBufferBytes,
      limits: { batchMax, checkpointMs: CHECKPOINT_MS, ackTimeoutMs: Number.POSITIVE_INFINITY },
      point: 'now',
      peer: request.peer,
      openChannel: ({ start }) => {
        const channel = letIn();
        channel.greet(view?.reached(start, channel.closed));
        return channel;
      },
    });
    if (found === 'attached') return 'open';
    // Were it sent away it would come again, for another ping.
    const channel = letIn();
    if (!channel.isGreeted) channel.greet();
    throw new ServiceError('StreamSealed');
  }

  /** From now on it is told of what the application publishes, also while it waits for the events. */
  #channelOf({ stream, view }: Wish, connection: SseConnection): PingChannel {
    const { pingWindowMs: windowMs } = this.#options;
    const whenDone = async (events: EventList) => view?.taken(events, connection.closed);
    const channel = new PingChannel({ connection, windowMs, whenDone });
    const own = this.#channels.get(stream) ?? new Set();
    this.#channels.set(stream, own.add(channel));
    onAbort(connection.closed, () => own.delete(channel));
    return channel;
  }
}
