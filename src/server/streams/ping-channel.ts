// A subscription as pings: one for the beginning, and one for each batch, or for all that come within a window.
import type { Hint } from '../../base/hint.ts';
import type { Channel, CloseReason, NumberedBatch } from '../../delivery/channel.ts';
import type { SseConnection } from './connection.ts';
import { namedFrame } from './frames.ts';

export const PING_FRAME = namedFrame('ping', null, {});

export class PingChannel implements Channel {
  readonly sendsCheckpoints = false;
  readonly #connection: SseConnection;
  readonly #windowMs: number;
  #pending: NodeJS.Timeout | null = null;

  /** Changes within `windowMs`, or half of it at random, are told at its end; 0 = each batch at once. */
  constructor(connection: SseConnection, windowMs: number) {
    this.#connection = connection;
    this.#windowMs = windowMs;
    connection.closed.addEventListener('abort', () => this.forget(), { once: true });
    void this.#write();
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
    if (events.size === 0) return true;
    if (this.#windowMs === 0) for (const _ of events.rows) await this.#write();
    else this.#writeLater();
    return true;
  }

  /** Of a change that is no event. */
  ping(): void {
    if (this.#windowMs === 0) void this.#write();
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

  /** Clients that were told of the same change do not all come at the same time. */
  #writeLater(): void {
    if (this.#pending !== null) return;
    const ms = this.#windowMs * (0.5 + Math.random() / 2);
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
