// A stream of a server as an archiver's source: the consumer ARCHIVER is held and moved by calls, and events are read
// by calls that ask ahead.
import type { CallParams } from '../../client/caller.ts';
import type { EventRow } from '../../contract/event.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { Fork } from '../../contract/forks.ts';
import type { StreamInfoResult } from '../../contract/generated/types.ts';
import { EVENTS_MAX } from '../../contract/limits.ts';
import type { ActiveSide } from '../../relay/active-side.ts';
import { HeldLease, type KeptLease } from '../../relay/held-lease.ts';
import type { Source, SourceEnd, SourceLease } from '../../relay/source.ts';
import { eventRowsOf } from './event-rows.ts';
import { ReadsAhead } from './reads-ahead.ts';
import type { ServerLink } from './server-link.ts';

export interface ServerSourceOptions {
  readonly link: ServerLink;
  readonly stream: string;
  /** This process, as no other archiver is called. */
  readonly node: string;
}

export class ServerSource implements Source {
  readonly #options: ServerSourceOptions;
  readonly #reads: ReadsAhead;
  /** Of the history that is read since its end was asked for. */
  #epoch: number | undefined;

  constructor(options: ServerSourceOptions) {
    this.#options = options;
    this.#reads = new ReadsAhead((after) => this.#read(after));
  }

  get stream(): string {
    return this.#options.stream;
  }

  take(): Promise<SourceLease | null> {
    this.#reads.forget();
    return HeldLease.hold((leaseMs) => this.#take(leaseMs));
  }

  async end(): Promise<SourceEnd> {
    const { link, stream } = this.#options;
    const info = await link.call('streamInfo', { stream });
    this.#epoch = info.epoch;
    return { newest: info.last as EventId, epoch: info.epoch, forks: forksOf(info) };
  }

  read(after: EventId): Promise<readonly EventRow[]> {
    return this.#reads.take(after);
  }

  async #read(after: EventId): Promise<EventRow[]> {
    const { link, stream } = this.#options;
    const params = { stream, after, limit: EVENTS_MAX, ...this.#ofEpoch() };
    return eventRowsOf(await link.callText('readEvents', params));
  }

  async #take(leaseMs: number): Promise<KeptLease | null> {
    const { link, stream, node } = this.#options;
    const taken = await link.call('takeArchive', { stream, node, lease_ms: leaseMs });
    if (taken === null) return null;
    const { token, cursor } = taken;
    const keep = (more: Partial<CallParams<'keepArchive'>> = {}) =>
      link.call('keepArchive', { stream, token, lease_ms: leaseMs, ...more });
    return {
      cursor: cursor as EventId,
      renew: () => keep(),
      moveCursor: async (to, epoch) => void (await keep({ cursor: to, epoch })),
      release: async () => void (await link.call('releaseArchive', { stream, token })),
    };
  }

  #ofEpoch(): { epoch?: number } {
    return this.#epoch === undefined ? {} : { epoch: this.#epoch };
  }
}

/** None of a server that is older. */
function forksOf({ forks = [] }: Partial<StreamInfoResult>): readonly Fork[] {
  return forks.map(({ epoch, began_after }) => ({ epoch, beganAfter: began_after as EventId }));
}

/** The same stream for `archive --verify` and `--rewind`. */
export function serverSide({ link, stream }: Omit<ServerSourceOptions, 'node'>): ActiveSide {
  return {
    state: async () => {
      const info = await link.call('streamInfo', { stream });
      return {
        newest: info.last as EventId,
        discardedUpTo: info.discarded_up_to as EventId,
        gapsUpTo: info.gaps_up_to as EventId,
        epoch: info.epoch,
        forks: forksOf(info),
      };
    },
    read: async (after) => eventRowsOf(await link.callText('readEvents', { stream, after })),
  };
}

/** Rejects unless there is such a stream, and the key may archive it. */
export async function checkAccess({
  link,
  stream,
}: Omit<ServerSourceOptions, 'node'>): Promise<void> {
  const { last: after } = await link.call('streamInfo', { stream });
  await link.callText('readEvents', { stream, after, limit: 1 });
}
