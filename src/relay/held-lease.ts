// The right of one relay to be the one at work, and the cursor that moves with it. It is kept alive as long as it is
// held, however long a write takes. Whoever was away for so long that it may have run out asks before going on.
import { systemClock } from '../base/clock.ts';
import { Loop } from '../base/loop.ts';
import type { EventId } from '../contract/event-id.ts';
import type { Lease, Store } from '../store/store.ts';
import type { SourceLease } from './source.ts';

/** The lease where it is kept: at the database, or behind a server. */
export interface KeptLease {
  /** Where the reserved consumer stood when it was taken. */
  readonly cursor: EventId;
  /** False when it is somebody else's by now. */
  renew(leaseMs: number): Promise<boolean>;
  /** Forward only, and of no effect when it is somebody else's. */
  moveCursor(cursor: EventId, epoch: number): Promise<void>;
  release(): Promise<void>;
}

/** Whose lease, and for whom. */
export interface LeaseRequest {
  readonly stream: string;
  readonly ident: string;
  /** This process, in evt_consumers.lease_node. */
  readonly node: string;
}

const LEASE_MS = 10_000;
const RENEW_MS = 3000;
/** The discarder is in no hurry. */
const MOVE_MS = 100;
const BACKOFF = { firstMs: 200, maxMs: 1000 };

export class HeldLease implements SourceLease {
  readonly #lease: KeptLease;
  readonly #ended = new AbortController();
  readonly #renewal: Loop;
  #cursor: EventId;
  #movedAtMs = systemClock.monotonicMs();
  #renewedAtMs: number;

  private constructor(lease: KeptLease, askedAtMs: number) {
    this.#lease = lease;
    this.#cursor = lease.cursor;
    this.#renewedAtMs = askedAtMs;
    this.#renewal = new Loop({
      backoff: BACKOFF,
      step: () => this.#renewInTime(),
      // A round that needs the database says what is wrong with it.
      onError: () => this.#endWhenRunOut(),
    });
  }

  /** Of the database. null while another node is the one at work. */
  static take(store: Store, request: LeaseRequest): Promise<HeldLease | null> {
    return HeldLease.hold(async (leaseMs) => {
      const lease = await store.leases.take({ ...request, leaseMs, onlyIfFree: true });
      return lease && keptByStore(store, lease);
    });
  }

  /** Of whoever gives it for so long; null while it is somebody else's. */
  static async hold(
    take: (leaseMs: number) => Promise<KeptLease | null>,
  ): Promise<HeldLease | null> {
    const askedAtMs = systemClock.monotonicMs();
    const lease = await take(LEASE_MS);
    if (lease === null) return null;
    const held = new HeldLease(lease, askedAtMs);
    await held.#renewal.start();
    return held;
  }

  get cursor(): EventId {
    return this.#cursor;
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  async isHeld(): Promise<boolean> {
    if (this.#ageMs() >= LEASE_MS) await this.#renew();
    return !this.#ended.signal.aborted;
  }

  get isMoveDue(): boolean {
    return systemClock.monotonicMs() - this.#movedAtMs >= MOVE_MS;
  }

  async moveCursor(cursor: EventId, epoch: number): Promise<void> {
    this.#movedAtMs = systemClock.monotonicMs();
    if (this.#cursor === cursor) return;
    await this.#lease.moveCursor(cursor, epoch);
    this.#cursor = cursor;
  }

  async release(): Promise<void> {
    await this.#renewal.stop();
    await this.#lease.release().catch(() => {});
  }

  /** Holds it no more, and does not wait for what is still done in its name: others have to wait until it runs out. */
  giveUp(): void {
    void this.#renewal.stop();
    this.#ended.abort();
  }

  async #renewInTime(): Promise<number> {
    if (this.#ageMs() >= RENEW_MS) await this.#renew();
    return Math.max(1, RENEW_MS - this.#ageMs());
  }

  async #renew(): Promise<void> {
    const askedAtMs = systemClock.monotonicMs();
    const isOurs = await this.#lease.renew(LEASE_MS);
    this.#renewedAtMs = askedAtMs;
    if (!isOurs) this.giveUp();
  }

  #endWhenRunOut(): void {
    if (this.#ageMs() >= LEASE_MS) this.giveUp();
  }

  #ageMs(): number {
    return systemClock.monotonicMs() - this.#renewedAtMs;
  }
}

function keptByStore(store: Store, lease: Lease): KeptLease {
  const { consumerId, token } = lease;
  return {
    cursor: lease.cursor,
    renew: async (leaseMs) => (await store.leases.renew([lease], leaseMs)).lost.length === 0,
    moveCursor: (cursor, epoch) => store.advanceCursors([{ consumerId, token, cursor, epoch }]),
    release: () => store.leases.release(lease),
  };
}
