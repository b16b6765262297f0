// `GET /streams/ping`: that the state has changed, or something else that makes what a client has out of date; what it
// is now the client asks for itself. With a key for clients, or at `/streams/ping/ID` for whoever knows a public id.
import { systemClock } from '../../base/clock.ts';
import { aStream } from '../../contract/checks.ts';
import { isServiceError } from '../../contract/errors.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { EventList } from '../../contract/event-list.ts';
import type { Delivery } from '../../delivery/delivery.ts';
import { wantFilter } from '../../feed/cut.ts';
import type { StateView } from '../../state/state-view.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { type KeyKind, requireStream, typeFilter } from '../auth/principal.ts';
import type { SseConnection } from './connection.ts';
import { PING_FRAME, PingChannel } from './ping-channel.ts';
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
const AWAY_MS = 500;
/** Between two looks whether a sealed stream takes events again. */
const SEALED_MS = 5000;
/** While these last a client waits, and hears comments: a browser that is answered an error never comes again. */
const PASSING: readonly string[] = ['StoreUnavailable', 'StreamBusy'];

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
    try {
      if ((await this.#follow(wish, accept)) === 'attached') return 'open';
      // Were it sent away it would come again, for another ping. There may be more when the stream is unsealed.
      const connection = accept();
      connection.write(PING_FRAME).catch(() => {});
      void this.#followLater(wish, connection, SEALED_MS);
    } catch (error) {
      if (!isPassing(error)) throw error;
      void this.#followLater(wish, accept(), AWAY_MS);
    }
    return 'open';
  }

  #wishOf(request: StreamRequest): Wish {
    const { views, stateInvalidate } = this.#options;
    const { principal, query } = request;
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

  async #followLater(wish: Wish, connection: SseConnection, waitMs: number): Promise<void> {
    let ms = waitMs;
    while (!connection.closed.aborted) {
      try {
        await systemClock.sleep(ms, connection.closed);
        if ((await this.#follow(wish, () => connection)) === 'attached') return;
        ms = SEALED_MS;
      } catch (error) {
        ms = AWAY_MS;
        if (isPassing(error)) continue;
        this.#options.logger.warn({ error }, 'A client of /streams/ping could not be served.');
        connection.end();
      }
    }
  }

  #follow(
    { request, stream, types, view }: Wish,
    accept: () => SseConnection,
  ): Promise<'attached' | 'ended'> {
    const { delivery, batchMax, sseBufferBytes, pingWindowMs: windowMs } = this.#options;
    return delivery.follow({
      stream,
      principal: request.principal.name,
      component: null,
      filter: wantFilter(types),
      bytesMax: sseBufferBytes,
      limits: { batchMax, checkpointMs: CHECKPOINT_MS, ackTimeoutMs: Number.POSITIVE_INFINITY },
      point: 'now',
      peer: request.peer,
      openChannel: ({ start }) => {
        const connection = accept();
        const { closed } = connection;
        const channel = new PingChannel({
          connection,
          windowMs,
          whenBegun: view?.reached(start, closed) ?? Promise.resolve(),
          whenDone: async (events) => {
            const last = view && lastChange(events, view);
            if (view && last) await view.reached(last, closed);
          },
        });
        return this.#keep(stream, channel);
      },
    });
  }

  #keep(stream: string, channel: PingChannel): PingChannel {
    const own = this.#channels.get(stream) ?? new Set();
    this.#channels.set(stream, own.add(channel));
    channel.closed.addEventListener('abort', () => own.delete(channel), { once: true });
    return channel;
  }
}

/** The last of the events that change the state; others are told of at once. */
function lastChange(events: EventList, { projection }: StateView): EventId | null {
  const changing = new Set(projection.typesOf(projection.kinds));
  return events.rows.findLast(([, type]) => changing.has(type))?.[0] ?? null;
}

function isPassing(error: unknown): boolean {
  return isServiceError(error) && PASSING.includes(error.code);
}
