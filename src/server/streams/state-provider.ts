// `GET /streams/state`: the state, whole, then each change of it; who comes again is told what has changed since.
//
// The changes come from the events themselves, over the same feed and window as those: what an event does to the state
// it says by itself. Only the beginning is read from what is kept of it.
import type { EventId } from '../../contract/event-id.ts';
import type { Delivery, Reset } from '../../delivery/delivery.ts';
import { wantFilter } from '../../feed/cut.ts';
import type { ChangedState, StatePart, StateView } from '../../state/state-view.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { KeyKind } from '../auth/principal.ts';
import { beginOrWait, PASSING } from './begin-or-wait.ts';
import type { SseConnection } from './connection.ts';
import { FrameChannel } from './frame-channel.ts';
import { namedFrame } from './frames.ts';
import { type StatePosition, statePositionIn } from './position.ts';
import type { StreamProvider, StreamRequest } from './provider.ts';
import {
  changesFrames,
  stateOf,
  statePositionText,
  stateWording,
  wholeFrames,
} from './state-frames.ts';
import { statePartFor, viewFor } from './state-parts.ts';

export interface StateProviderOptions {
  readonly delivery: Delivery;
  readonly views: ReadonlyMap<string, StateView>;
  readonly batchMax: number;
  readonly sseBufferBytes: number;
  readonly sseCheckpointMs: number;
  readonly onResume: () => void;
  readonly onReset: (reason: Reset['reason']) => void;
  readonly logger: Logger;
}

interface Wish {
  readonly request: StreamRequest;
  readonly view: StateView;
  readonly part: StatePart;
  /** null: the client has nothing yet. */
  readonly last: StatePosition | null;
  /** Up to where it was told of the state over this connection; null = of nothing yet. */
  told: Told | null;
}

interface Told {
  readonly position: EventId;
  readonly epoch: number;
  readonly generation: number;
}

const PARAMETERS = ['kinds'];
const WAITING = { kind: 'state', passing: { ...PASSING, StateNotReady: 200 } };

export class StateProvider implements StreamProvider {
  readonly kind = 'state';
  readonly hasPaths = true;
  readonly #options: StateProviderOptions;

  constructor(options: StateProviderOptions) {
    this.#options = options;
  }

  accepts(kind: KeyKind | null): boolean {
    return kind === null || kind === 'server';
  }

  async open(request: StreamRequest, accept: () => SseConnection): Promise<'open' | 'ended'> {
    const { principal, query, path } = request;
    query.allow(PARAMETERS);
    const view = viewFor(this.#options.views, principal, query);
    const part = statePartFor(view, principal, path, query);
    const wish = { request, view, part, last: statePositionIn(request), told: null };
    if (wish.last !== null) this.#options.onResume();
    const begin = (letIn: () => SseConnection) => this.#begin(wish, letIn);
    return beginOrWait(begin, accept, { ...WAITING, logger: this.#options.logger });
  }

  /** What has changed since it was here, where that can be told; else all there is. Then what comes. */
  async #begin(wish: Wish, accept: () => SseConnection): Promise<'open' | 'ended'> {
    const { view, part } = wish;
    if (wish.told !== null) return this.#goOn(wish, wish.told, accept());
    const changed = await this.#changedSince(wish);
    if (changed?.items.length === 0) return this.#follow(wish, changed, accept);
    const start = changed ?? (await view.wholeToFollow(part));
    const connection = accept();
    const frames = 'items' in start ? [changesFrames(start, part)] : wholeFrames(start, part);
    // What fails here is gone, and `closed` says so.
    for (const frame of frames) connection.write(frame).catch(() => {});
    // Who has to wait for the rest is not told of this again: it may be large, and the wait long.
    wish.told = start;
    return this.#goOn(wish, start, connection);
  }

  /** null: it has nothing yet, or what it has is of another state, or too old. */
  async #changedSince({ view, part, last }: Wish): Promise<ChangedState | null> {
    if (last === null || last.epoch !== view.epoch) return null;
    const changed = await view.changedSince(part, last.id);
    return changed !== null && last.of === stateOf(part, changed.generation) ? changed : null;
  }

  async #goOn(wish: Wish, told: Told, connection: SseConnection): Promise<'open'> {
    const found = await this.#follow(wish, told, () => connection);
    if (found === 'ended') {
      const of = stateOf(wish.part, told.generation);
      connection.end(namedFrame('end', statePositionText(told.position, told.epoch, of), {}));
    }
    return 'open';
  }

  /** From there on by the events. `ended`: the stream is sealed, and there are no more. */
  async #follow(
    { request, view, part }: Wish,
    { position, epoch, generation }: Told,
    accept: () => SseConnection,
  ): Promise<'open' | 'ended'> {
    const { delivery, batchMax, sseBufferBytes, sseCheckpointMs, onReset } = this.#options;
    const { projection } = view;
    const of = stateOf(part, generation);
    const found = await delivery.follow({
      stream: projection.stream,
      principal: request.principal.name,
      component: null,
      filter: wantFilter(projection.typesOf(part.kinds)),
      bytesMax: sseBufferBytes,
      limits: {
        batchMax,
        checkpointMs: sseCheckpointMs,
        // The connection itself sees whether anything goes out.
        ackTimeoutMs: Number.POSITIVE_INFINITY,
      },
      point: { id: position, epoch },
      peer: request.peer,
      openChannel: (opening) =>
        new FrameChannel({
          connection: accept(),
          opening,
          wordingOf: (now) => stateWording(projection, part, now, of),
          positionText: (id, now) => statePositionText(id, now, of),
          onReset,
          endsOnReset: true,
        }),
    });
    return found === 'ended' ? 'ended' : 'open';
  }
}
