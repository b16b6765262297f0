// The right of one relay to be the one at work, and the cursor that moves with it. It is kept alive as long as it is
// held, however long a write takes. Whoever was away for so long that it may have run out asks before going on.
import { systemClock } from '../base/clock.ts';
import { Loop } from '../base/loop.ts';
import type { EventId } from '../contract/event-id.ts';
import type { Lease, Store } from '../store/store.ts';
import type { SourceLease } from './source.ts';

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
  readonly #store: Store;
  readonly #lease: Lease;
  readonly #ended = new AbortController();
  readonly #renewal: Loop;
  #cursor: EventId;
  #movedAtMs = systemClock.monotonicMs();
  #renewedAtMs: number;

  private constructor(store: Store, lease: Lease, askedAtMs: number) {
    this.#store = store;
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

  /** null while another node is the one at work. */
  static async take(store: Store, request: LeaseRequest): Promise<HeldLease | null> {
    const askedAtMs = systemClock.monotonicMs();
    const lease = await store.takeLease({ ...request, leaseMs: LEASE_MS, onlyIfFree: true });
    if (lease === null) return null;
    const held = new HeldLease(store, lease, askedAtMs);
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

  async moveCursor(cursor: EventId): Promise<void> {
    this.#movedAtMs = systemClock.monotonicMs();
    if (this.#cursor === cursor) return;
    const { consumerId, token } = this.#lease;
    await this.#store.advanceCursors([{ consumerId, token, cursor }]);
    this.#cursor = cursor;
  }

  async release(): Promise<void> {
    await this.#renewal.stop();
    await this.#store.releaseLease(this.#lease).catch(() => {});
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
    const lost = await this.#store.renewLeases([this.#lease], LEASE_MS);
    this.#renewedAtMs = askedAtMs;
    if (lost.length > 0) this.giveUp();
  }

  #endWhenRunOut(): void {
    if (this.#ageMs() >= LEASE_MS) this.giveUp();
  }

  #ageMs(): number {
    return systemClock.monotonicMs() - this.#renewedAtMs;
  }
}
