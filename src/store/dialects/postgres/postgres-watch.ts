// LISTEN and NOTIFY on a connection of its own, which is made again when it is lost. Any process may notify too: a
// stream's name on `aftercommit_inbox` says that a transaction has written an event of it.
//
// Never inside a transaction that writes: notifying ones commit one after the other in the whole cluster. And not for
// every step: a feed that was woken looks every few milliseconds as long as something comes.
import type { Client } from 'pg';
import { systemClock } from '../../../base/clock.ts';
import { Deferred } from '../../../base/deferred.ts';
import { Loop } from '../../../base/loop.ts';
import type { ChangedPlace, Watch, WatchOptions } from '../../dialect.ts';
import { connectAt, type Target } from '../connecting.ts';
import {
  clientConfig,
  connectFailure,
  endClient,
  makeClient,
  requireWritable,
  type SessionOptions,
} from './session.ts';

const CHANNELS: Readonly<Record<string, ChangedPlace>> = {
  aftercommit_inbox: 'inbox',
  aftercommit_queue: 'queue',
};
const LISTEN = Object.keys(CHANNELS)
  .map((channel) => `listen ${channel}`)
  .join('; ');
const NOTIFY = { name: 'evt_notify', text: "select pg_notify('aftercommit_queue', $1)" };

const BACKOFF = { firstMs: 100, maxMs: 10_000 };
/** A server that has gone without a word would never be missed. */
const CHECK_MS = 15_000;
/** What comes sooner behind the last notification waits for so long. */
const PAUSE_MS = 10;

export class PostgresWatch implements Watch {
  readonly #session: SessionOptions;
  readonly #options: WatchOptions;
  readonly #loop: Loop;
  readonly #grown = new Set<string>();
  #client: Client | null = null;
  #isTelling = false;

  constructor(session: SessionOptions, options: WatchOptions) {
    this.#session = session;
    this.#options = options;
    this.#loop = new Loop({
      backoff: BACKOFF,
      step: (signal) => this.#listen(signal),
      onError: options.onError,
    });
  }

  start(): Promise<void> {
    return this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  announce(stream: string): void {
    if (this.#client === null) return;
    this.#grown.add(stream);
    if (!this.#isTelling) void this.#tellAll(this.#client);
  }

  /** Until the connection is lost, or the signal aborts. */
  async #listen(signal: AbortSignal): Promise<number> {
    const { connection: client, isKept } = await connectAt(this.#session, {
      connect: (target) => this.#connectTo(target),
      cut: (made) => made.connection.stream.destroy(),
    });
    const lost = new Deferred<void>();
    client.on('error', () => lost.resolve());
    client.on('end', () => lost.resolve());
    client.on('notification', ({ channel, payload, processId }) => {
      const place = CHANNELS[channel];
      // What we have announced ourselves was hinted at here long ago.
      const isOwn = processId === (client as unknown as { processID: number }).processID;
      if (place !== undefined && !isOwn) this.#options.onChange(payload || null, place);
    });
    const stop = () => lost.resolve();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await client.query(LISTEN);
      this.#client = client;
      // What was committed before nobody has told.
      for (const place of Object.values(CHANNELS)) this.#options.onChange(null, place);
      while (!(await isSettled(lost.promise, CHECK_MS)) && isKept()) await client.query('select 1');
      return BACKOFF.firstMs;
    } finally {
      this.#client = null;
      signal.removeEventListener('abort', stop);
      await endClient(client).catch(() => {});
    }
  }

  async #connectTo(target: Target): Promise<Client> {
    const client = makeClient(
      clientConfig(this.#session, target, 'aftercommit watch'),
      this.#session,
    );
    // Without a listener the loss of a connection would end the process.
    client.on('error', () => {});
    try {
      await client.connect();
      await requireWritable(client, target, this.#session);
      return client;
    } catch (error) {
      client.connection.stream.destroy();
      throw connectFailure(error);
    }
  }

  /** One notification at a time and stream; whatever grows meanwhile is in the next. */
  async #tellAll(client: Client): Promise<void> {
    this.#isTelling = true;
    while (this.#grown.size > 0 && this.#client === client) {
      const streams = [...this.#grown];
      this.#grown.clear();
      try {
        for (const stream of streams) await client.query({ ...NOTIFY, values: [stream] });
      } catch (error) {
        // Who ends the watch ends this too.
        if (this.#client === client) this.#options.onError(error);
        // Another connection may be to a server that can.
        client.connection.stream.destroy();
      }
      await systemClock.sleep(PAUSE_MS);
    }
    this.#grown.clear();
    this.#isTelling = false;
  }
}

/** True when it settles within `ms`. */
async function isSettled(promise: Promise<void>, ms: number): Promise<boolean> {
  const patience = new AbortController();
  const isLate = systemClock.sleep(ms, patience.signal).then(() => false);
  const settled = await Promise.race([promise.then(() => true), isLate]);
  patience.abort();
  return settled;
}
