// A subscription as pings: one for the beginning, and one for each change, or for all that come within a window.
//
// Who is pinged asks for the state at once, and never again for the same reason: it is pinged when what has happened is
// in the state, which is made of the events behind the scenes, by any node.

import type { Hint } from '../../base/hint.ts';
import { inTime } from '../../base/in-time.ts';
import type { EventList } from '../../contract/event-list.ts';
import type { Channel, CloseReason, NumberedBatch } from '../../delivery/channel.ts';
import type { SseConnection } from './connection.ts';
import { namedFrame } from './frames.ts';

export interface PingChannelOptions {
  readonly connection: SseConnection;
  /** Changes within it, or half of it at random, are told at its end; 0 = each at once. */
  readonly windowMs: number;
  /** Resolves when everything that was there at the beginning is in the state. */
  readonly whenBegun: Promise<void>;
  /** Resolves when what these events have done is. */
  readonly whenDone: (events: EventList) => Promise<void>;
}

export const PING_FRAME = namedFrame('ping', null, {});

/** Who comes while the state is far behind is pinged nonetheless, and again then. */
const GREETING_MS = 1000;

export class PingChannel implements Channel {
  readonly sendsCheckpoints = false;
  readonly #options: PingChannelOptions;
  readonly #connection: SseConnection;
  #pending: NodeJS.Timeout | null = null;

  constructor(options: PingChannelOptions) {
    this.#options = options;
    this.#connection = options.connection;
    this.closed.addEventListener('abort', () => this.forget(), { once: true });
    void this.#greet();
  }

  get isWritable(): boolean {
    return this.#connection.isWritable;
  }

  get closed(): AbortSignal {
    return this.#connection.closed;
  }

  attach(hint: Hint): () => void {
    return this.#connection.attach(hint);
  }

  prepare(): void {}

  async send({ events }: NumberedBatch): Promise<boolean> {
    const { windowMs, whenDone } = this.#options;
    if (events.size === 0) return true;
    await whenDone(events);
    if (windowMs === 0) for (const _ of events.rows) await this.#write();
    else this.#writeLater();
    return true;
  }

  /** Of a change that is no event. */
  ping(): void {
    if (this.#options.windowMs === 0) void this.#write();
    else this.#writeLater();
  }

  forget(): void {
    if (this.#pending !== null) clearTimeout(this.#pending);
    this.#pending = null;
  }

  close(reason: CloseReason): void {
    if (reason === 'timed-out') this.#connection.destroy();
    else this.#connection.end();
  }

  async #greet(): Promise<void> {
    const { whenBegun } = this.#options;
    const isBegun = await inTime(whenBegun, GREETING_MS);
    await this.#write();
    if (isBegun) return;
    await whenBegun;
    await this.#write();
  }

  /** Clients that were told of the same change do not all come at the same time. */
  #writeLater(): void {
    if (this.#pending !== null || this.closed.aborted) return;
    const ms = this.#options.windowMs * (0.5 + Math.random() / 2);
    this.#pending = setTimeout(() => {
      this.#pending = null;
      void this.#write();
    }, ms).unref();
  }

  /** What fails here is gone, and `closed` says so. */
  async #write(): Promise<void> {
    await this.#connection.write(PING_FRAME).catch(() => {});
  }
}
