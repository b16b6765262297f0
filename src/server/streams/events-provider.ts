// `GET /streams/events`: every event that the caller may see and wants, in order, from where it says.
import { aComponent, aWant } from '../../contract/checks.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { Delivery, FollowRequest, Reset, ResumePoint } from '../../delivery/delivery.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { type KeyKind, requireRight, requireStream, typeFilter } from '../auth/principal.ts';
import { beginOrWait, PASSING } from './begin-or-wait.ts';
import type { SseConnection } from './connection.ts';
import { FrameChannel } from './frame-channel.ts';
import { eventsWording, type Wording } from './frames.ts';
import { positionIn, positionOf } from './position.ts';
import type { StreamProvider, StreamRequest } from './provider.ts';
import { invalid, type StreamQuery } from './query.ts';

export interface EventsProviderOptions {
  readonly delivery: Delivery;
  readonly batchMax: number;
  readonly sseBufferBytes: number;
  readonly sseCheckpointMs: number;
  readonly onResume: () => void;
  readonly onReset: (reason: Reset['reason']) => void;
  readonly logger: Logger;
}

/** What a client asks for, apart from who it is. */
interface Wish {
  readonly request: Omit<FollowRequest, 'openChannel'>;
  readonly isNamed: boolean;
}

const PARAMETERS = ['from', 'types', 'event', 'component'];
const FROM_RULE = 'must be tail, beginning, or an event id, a decimal string of at most 18 digits';
const WAITING = { kind: 'events', passing: PASSING };

/** The same for all, since there may be thousands. */
const namedWording = (epoch: number): Wording => eventsWording(epoch, true);
const unnamedWording = (epoch: number): Wording => eventsWording(epoch, false);

export class EventsProvider implements StreamProvider {
  readonly kind = 'events';
  readonly #options: EventsProviderOptions;

  constructor(options: EventsProviderOptions) {
    this.#options = options;
  }

  accepts(kind: KeyKind | null): boolean {
    return kind === null || kind === 'server';
  }

  async open(request: StreamRequest, accept: () => SseConnection): Promise<'open' | 'ended'> {
    const wish = this.#wishOf(request);
    if (typeof wish.request.point === 'object' && wish.request.point !== null) {
      this.#options.onResume();
    }
    const begin = (letIn: () => SseConnection) => this.#follow(wish, letIn);
    return beginOrWait(begin, accept, { ...WAITING, logger: this.#options.logger });
  }

  async #follow(
    { request, isNamed }: Wish,
    accept: () => SseConnection,
  ): Promise<'open' | 'ended'> {
    const { delivery, onReset } = this.#options;
    const found = await delivery.follow({
      ...request,
      openChannel: (opening) =>
        new FrameChannel({
          connection: accept(),
          opening,
          wordingOf: isNamed ? namedWording : unnamedWording,
          onReset,
        }),
    });
    return found === 'ended' ? 'ended' : 'open';
  }

  #wishOf(request: StreamRequest): Wish {
    const { principal, query, peer } = request;
    const { batchMax, sseBufferBytes, sseCheckpointMs } = this.#options;
    requireRight(principal, 'consume');
    query.allow(PARAMETERS);
    const stream = query.text('stream') ?? 'main';
    requireStream(principal, stream);
    const component = componentIn(query);
    const want = query.list('types');
    if (!aWant.fits(want)) throw invalid(`types: ${aWant.rule}`);
    return {
      isNamed: isNamedIn(query),
      request: {
        stream,
        principal: principal.name,
        component,
        filter: typeFilter(principal, want),
        bytesMax: sseBufferBytes,
        limits: {
          batchMax,
          checkpointMs: sseCheckpointMs,
          // The connection itself sees whether anything goes out.
          ackTimeoutMs: Number.POSITIVE_INFINITY,
        },
        point: pointIn(request, component),
        peer,
      },
    };
  }
}

function componentIn(query: StreamQuery): string | null {
  const component = query.text('component');
  if (component === null) return null;
  if (!aComponent.fits(component)) throw invalid(`component: ${aComponent.rule}`);
  if (component === 'LIVE') throw new ServiceError('LiveNotAllowed');
  return component;
}

function isNamedIn(query: StreamQuery): boolean {
  const event = query.text('event');
  if (event !== null && event !== 'type') throw invalid('event: must be type');
  return event === 'type';
}

/** Where it comes again counts before what its address began with. */
function pointIn(request: StreamRequest, component: string | null): ResumePoint | null {
  const from = request.query.text('from');
  if (component !== null && from !== null) {
    throw invalid('from: a registered consumer goes on from its cursor');
  }
  const last = positionIn(request);
  if (last !== null) return last;
  if (from === null || from === 'tail') return component === null ? 'now' : null;
  return from === 'beginning' ? 'beginning' : positionOf('from', from, FROM_RULE);
}
