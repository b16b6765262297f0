// `GET /streams/ping`: that the state has changed, or something else that makes what a client has out of date; what it
// is now the client asks for itself. With a key for clients, or at `/streams/ping/ID` for whoever knows a public id.
import { aStream } from '../../contract/checks.ts';
import type { Delivery } from '../../delivery/delivery.ts';
import { wantFilter } from '../../feed/cut.ts';
import type { StateView } from '../../state/state-view.ts';
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
}

/** It is told of everything at once anyway. */
const CHECKPOINT_MS = 3_600_000;

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
    const { delivery, views, stateInvalidate, batchMax, sseBufferBytes, pingWindowMs } =
      this.#options;
    const { principal, query, peer } = request;
    query.allow([]);
    const stream = query.text('stream') ?? 'main';
    if (!aStream.fits(stream)) throw invalid(`stream: ${aStream.rule}`);
    requireStream(principal, stream);
    const projection = views.get(stream)?.projection;
    const changing = projection?.typesOf(projection.kinds) ?? [];
    const all = [...new Set([...changing, ...stateInvalidate])];
    const seen = typeFilter(principal, null);
    const types = all.filter((type) => seen === null || seen.lets(type));
    const found = await delivery.follow({
      stream,
      principal: principal.name,
      component: null,
      filter: wantFilter(types),
      bytesMax: sseBufferBytes,
      limits: { batchMax, checkpointMs: CHECKPOINT_MS, ackTimeoutMs: Number.POSITIVE_INFINITY },
      point: 'now',
      peer,
      openChannel: () => this.#keep(stream, new PingChannel(accept(), pingWindowMs)),
    });
    // Nothing will change any more: it is told once that there is something.
    if (found === 'ended') accept().end(PING_FRAME);
    return 'open';
  }

  #keep(stream: string, channel: PingChannel): PingChannel {
    const own = this.#channels.get(stream) ?? new Set();
    this.#channels.set(stream, own.add(channel));
    channel.closed.addEventListener('abort', () => own.delete(channel), { once: true });
    return channel;
  }
}
