// A subscription as pings: one for the beginning, and one for each change, or for all that come within a window.
//
// Who is pinged asks for the state at once, and never again for the same reason: it is pinged when what has happened is
// in the state, which is made of the events behind the scenes, by any node.

import type { Hint } from '../../base/hint.ts';
import { inTime } from '../../base/in-time.ts';
import { onAbort } from '../../base/on-abort.ts';
import type { EventList } from '../../contract/event-list.ts';
import type { Channel, CloseReason, NumberedBatch } from '../../delivery/channel.ts';
import type { SseConnection } from './connection.ts';
import { namedFrame } from './frames.ts';

export interface PingChannelOptions {
  readonly connection: SseConnection;
  /** Changes within it, or half of it at random, are told at its end; 0 = each at once. */
  readonly windowMs: number;
  /** Resolves when what these events have done is in the state. */
  readonly whenDone: (events: EventList) => Promise<void>;
}

const PING_FRAME = namedFrame('ping', null, {});

/** Who comes while the state is far behind is pinged nonetheless, and again then. */
const GREETING_MS = 1000;

export class PingChannel implements Channel {
  /** What was passed over may have changed anything, also where nothing follows it. */
  readonly sendsCheckpoints = true;
  readonly connection: SseConnection;
  readonly #options: PingChannelOptions;
  #pending: NodeJS.Timeout | null = null;
  #isGreeted = false;
  /** Something has changed while the client took nothing. */
  #isOwed = false;

  constructor(options: PingChannelOptions) {
    this.#options = options;
    this.connection = options.connection;
    onAbort(this.closed, () => this.forget());
  }

  get isWritable(): boolean {
    return this.connection.isWritable;
  }

  get closed(): AbortSignal {
    return this.connection.closed;
  }

  /** True when it was told of a beginning. */
  get isGreeted(): boolean {
    return this.#isGreeted;
  }

  attach(hint: Hint): () => void {
    return this.connection.attach(hint);
  }

  prepare(): void {}

  /** Tells of the beginning. `whenBegun` resolves when everything that was there then is in the state. */
  greet(whenBegun: Promise<void> = Promise.resolve()): void {
    this.#isGreeted = true;
    void this.#greet(whenBegun);
  }

  async send({ events, passedFrom }: NumberedBatch): Promise<true> {
    const changes = events.size + (passedFrom === undefined ? 0 : 1);
    if (changes === 0) return true;
    const { windowMs, whenDone } = this.#options;
    await whenDone(events);
    if (windowMs > 0) this.#writeLater();
    else for (let told = 0; told < changes; told += 1) await this.#write();
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
    if (reason === 'timed-out') this.connection.destroy();
    else this.connection.end();
  }

  async #greet(whenBegun: Promise<void>): Promise<void> {
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

  /**
   * A client that takes nothing is owed one ping for all that happens meanwhile: an application may publish more than
   * there is room for.
   */
  async #write(): Promise<void> {
    this.#isOwed = !this.isWritable;
    if (this.#isOwed) return;
    // What fails here is gone, and `closed` says so.
    await this.connection.write(PING_FRAME).catch(() => {});
    if (this.#isOwed) await this.#write();
  }
}
