// Who is attached to this node. One push reader per consumer: a newer one takes over, here at once and on other
// nodes by the lease's token, and an older one can acknowledge nothing any more.
import { systemClock } from '../base/clock.ts';
import type { Service } from '../base/lifecycle.ts';
import { Loop } from '../base/loop.ts';
import { notRegistered, ServiceError } from '../contract/errors.ts';
import type { EventId } from '../contract/event-id.ts';
import type { Lease, Store } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { AckWriter } from './ack-writer.ts';
import type { CloseReason } from './channel.ts';
import { TakeoverGuard } from './takeover-guard.ts';

/** What the registry needs to know of a subscription. */
export interface Attached {
  readonly ended: Promise<void>;
  /** Ends the delivery; with a reason it ends the connection too. */
  end(reason: CloseReason | null): Promise<void>;
}

export interface AttachedReader extends Attached {
  /** True when it delivers nothing more; `ended` resolves when what has come of that is written. */
  readonly isEnding: boolean;
  skipTo(cursor: EventId): void;
  /** Parked events are asked for again. */
  giveParked(): void;
}

/** Whoever is at the other end of a connection; the same for all its subscriptions. */
export type Peer = object;

export interface RegistryOptions extends Telemetry {
  readonly store: Store;
  readonly acks: AckWriter;
  /** This process, in evt_consumers.lease_node. */
  readonly node: string;
  /** Subscriptions and waiting polls of one principal on this node. */
  readonly subscriptionsMax: number;
}

const LEASE_MS = 15_000;
const RENEW_MS = 500;
const BACKOFF = { firstMs: 100, maxMs: 2000 };

interface Reader {
  readonly stream: string;
  readonly ident: string;
  readonly peer: Peer;
  readonly lease: Lease;
  readonly subscription: AttachedReader;
}

export class Registry implements Service {
  readonly #options: RegistryOptions;
  readonly #renewal: Loop;
  readonly #guard = new TakeoverGuard();
  readonly #readers = new Map<string, Reader>();
  /** The same by stream and ident. */
  readonly #named = new Map<string, Reader>();
  readonly #attached = new Set<Attached>();
  /** LIVE readers by peer and stream: who asks again wants it otherwise. */
  readonly #live = new WeakMap<Peer, Map<string, Attached>>();
  /** Readers whose lease is not given back yet. */
  readonly #leaving = new Set<Promise<void>>();
  readonly #countByPrincipal = new Map<string, number>();
  #isStopping = false;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#renewal = new Loop({
      backoff: BACKOFF,
      step: () => this.#renew(),
      onError: (error) => {
        options.notices.give('workerError', { worker: 'leases', stream: null, error });
        options.logger.warn({ error }, 'Leases could not be renewed.');
      },
    });
  }

  start(): Promise<void> {
    return this.#renewal.start();
  }

  /** Ends every subscription; each gives its lease back. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#attached].map((each) => each.end('shutting-down')));
    await this.#renewal.stop();
    await Promise.all(this.#leaving);
  }

  /** A place among the principal's subscriptions; the returned function gives it back. Throws `DefenseRejected`. */
  admit(principal: string): () => void {
    if (this.#isStopping) throw new ServiceError('ShuttingDown');
    const count = this.#countByPrincipal.get(principal) ?? 0;
    if (count >= this.#options.subscriptionsMax) {
      throw new ServiceError('DefenseRejected', {
        message: `At most ${this.#options.subscriptionsMax} subscriptions of one principal are served here.`,
      });
    }
    this.#countByPrincipal.set(principal, count + 1);
    return () => {
      const left = (this.#countByPrincipal.get(principal) ?? 1) - 1;
      if (left > 0) this.#countByPrincipal.set(principal, left);
      else this.#countByPrincipal.delete(principal);
    };
  }

  /**
   * The consumer's lease for a new reader; the reader before it is ended, and if it had another peer, its connection
   * too. Throws `NotRegistered`; `ConsumerBusy` when the consumer changes hands too often.
   */
  async takeLease(stream: string, ident: string, peer: Peer): Promise<Lease> {
    const { store, acks, node, metrics } = this.#options;
    const key = nameOf({ stream, ident });
    this.#guard.check(key, systemClock.monotonicMs());
    const request = { stream, ident, node, leaseMs: LEASE_MS, onlyIfFree: false };
    // One whose process has died writes what it has failed on, which without its lease it could not.
    const dying = this.#named.get(key);
    if (dying?.subscription.isEnding) await dying.subscription.ended;
    // What a reader here has just acknowledged must not come again to the next.
    await acks.flush();
    const lease = await store.leases.take(request);
    if (lease === null) throw notRegistered(stream, ident);
    const former = this.#readers.get(lease.consumerId);
    const isOwn = former?.peer === peer;
    if (lease.isTakeover && !isOwn) {
      metrics.takeovers.inc({ stream });
      this.#guard.count(key, systemClock.monotonicMs());
    }
    await former?.subscription.end(isOwn ? null : 'taken-over');
    if (this.#isStopping) {
      await this.giveBack(lease);
      throw new ServiceError('ShuttingDown');
    }
    return lease;
  }

  /** Gives a lease back, behind everything that was acknowledged with it. */
  async giveBack(lease: Lease): Promise<void> {
    await this.#options.acks.flush();
    await this.#options.store.leases.release(lease).catch(() => {});
  }

  attachReliable(reader: Reader): void {
    const { stream, lease, subscription } = reader;
    // Two that came at the same time may arrive here in either order; the greater token is the newer reader.
    const other = this.#readers.get(lease.consumerId);
    const isNewer = other === undefined || BigInt(other.lease.token) < BigInt(lease.token);
    if (isNewer) {
      this.#readers.set(lease.consumerId, reader);
      this.#named.set(nameOf(reader), reader);
    }
    void (isNewer ? other?.subscription : subscription)?.end('taken-over');
    const leaving = this.#track(stream, 'reliable', subscription).then(async () => {
      if (this.#readers.get(lease.consumerId) === reader) this.#readers.delete(lease.consumerId);
      if (this.#named.get(nameOf(reader)) === reader) this.#named.delete(nameOf(reader));
      await this.giveBack(lease);
    });
    this.#leaving.add(leaving);
    void leaving.finally(() => this.#leaving.delete(leaving));
  }

  attachLive(stream: string, peer: Peer, subscription: Attached): void {
    const own = this.#live.get(peer) ?? new Map<string, Attached>();
    this.#live.set(peer, own);
    void own.get(stream)?.end(null);
    own.set(stream, subscription);
    void this.#track(stream, 'live', subscription).then(() => {
      if (own.get(stream) === subscription) own.delete(stream);
    });
  }

  /** A reader whose place nobody keeps. */
  attachUnnamed(stream: string, subscription: Attached): void {
    void this.#track(stream, 'unnamed', subscription);
  }

  /** A poll has acknowledged for this consumer: its push reader here goes on behind that. */
  skipTo(consumerId: string, cursor: EventId): void {
    this.#readers.get(consumerId)?.subscription.skipTo(cursor);
  }

  /** Parked events of this consumer are asked for again; a reader on another node finds out by itself. */
  giveParked(consumerId: string): void {
    this.#readers.get(consumerId)?.subscription.giveParked();
  }

  /** Ends the delivery to a consumer that is no more; who asked for that over its own connection keeps it. */
  async drop(consumerId: string, peer: Peer): Promise<void> {
    const reader = this.#readers.get(consumerId);
    await reader?.subscription.end(reader.peer === peer ? null : 'unregistered');
  }

  #track(stream: string, kind: string, subscription: Attached): Promise<void> {
    const { metrics } = this.#options;
    this.#attached.add(subscription);
    metrics.subscriptions.inc({ stream, kind });
    // It was on its way when the others were ended.
    if (this.#isStopping) void subscription.end('shutting-down');
    return subscription.ended.then(() => {
      this.#attached.delete(subscription);
      metrics.subscriptions.dec({ stream, kind });
    });
  }

  /**
   * Keeps the leases alive, hears of parked events that are asked for again, and ends readers whose consumer was taken
   * over on another node, or unregistered.
   */
  async #renew(): Promise<number> {
    const leases = [...this.#readers.values()].map((reader) => reader.lease);
    const { lost, askedFor } = await this.#options.store.leases.renew(leases, LEASE_MS);
    for (const consumerId of askedFor) this.giveParked(consumerId);
    for (const { consumerId, token, newest } of lost) {
      const reader = this.#readers.get(consumerId);
      // A newer reader of this very node may have come meanwhile.
      if (reader === undefined || !leases.includes(reader.lease)) continue;
      const row = await this.#options.store.findConsumer(reader.stream, reader.ident);
      const isSame = row?.id === consumerId;
      await reader.subscription.end(isSame ? lossOf(token, newest) : 'unregistered');
    }
    return RENEW_MS;
  }
}

function nameOf({ stream, ident }: Pick<Reader, 'stream' | 'ident'>): string {
  return `${stream} ${ident}`;
}

/** Tokens only grow: a database that knows an older one only has lost the newer. */
function lossOf(token: string, newest: string | null): CloseReason {
  return newest !== null && BigInt(newest) < BigInt(token) ? 'forked' : 'taken-over';
}
