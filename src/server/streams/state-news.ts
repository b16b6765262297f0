// Tells providers of the application's own what changes in the state of a stream, as this node comes to know of it.
import { systemClock } from '../../base/clock.ts';
import type { Hint } from '../../base/hint.ts';
import type { EventRow } from '../../contract/event.ts';
import type { Channel, NumberedBatch } from '../../delivery/channel.ts';
import type { Delivery } from '../../delivery/delivery.ts';
import { wantFilter } from '../../feed/cut.ts';
import type { Projection } from '../../state/projection.ts';
import type { PublishedItem } from '../stream-kinds.ts';

export interface StateNewsOptions {
  readonly delivery: Delivery;
  readonly stream: string;
  /** null: of this stream no state is kept. */
  readonly projection: Projection | null;
  readonly invalidating: readonly string[];
  readonly batchMax: number;
  readonly publish: Publisher;
}

/** Who hears of it. */
export interface Publisher {
  publishAll(stream: string): void;
  publishItem(item: PublishedItem): void;
  invalidate(stream: string): void;
}

const BYTES_MAX = 262_144;
const CHECKPOINT_MS = 3_600_000;
const AGAIN_MS = 1000;

export class StateNews {
  readonly #options: StateNewsOptions;
  readonly #ended = new AbortController();

  constructor(options: StateNewsOptions) {
    this.#options = options;
  }

  /** Resolves when it hears of everything from now on, or has to wait for that. */
  async start(): Promise<void> {
    if (!(await this.#isAttached())) void this.#beginLater();
  }

  stop(): void {
    this.#ended.abort();
  }

  /** A database that is away, or a stream that is sealed, may not be so for ever. */
  async #beginLater(): Promise<void> {
    const { signal } = this.#ended;
    do await systemClock.sleep(AGAIN_MS, signal);
    while (!signal.aborted && !(await this.#isAttached()));
  }

  async #isAttached(): Promise<boolean> {
    const found = await this.#follow().catch(() => 'failed');
    return found === 'attached';
  }

  #follow(): Promise<'attached' | 'ended'> {
    const { delivery, stream, projection, invalidating, batchMax } = this.#options;
    const changing = projection?.typesOf(projection.kinds) ?? [];
    return delivery.follow({
      ...{ stream, principal: 'internal', component: null, point: 'now' },
      filter: wantFilter([...changing, ...invalidating]),
      bytesMax: BYTES_MAX,
      limits: { batchMax, checkpointMs: CHECKPOINT_MS, ackTimeoutMs: Number.POSITIVE_INFINITY },
      peer: this,
      openChannel: () => this.#channel(),
    });
  }

  #channel(): Channel {
    return {
      sendsCheckpoints: false,
      isWritable: true,
      closed: this.#ended.signal,
      prepare: () => {},
      forget: () => {},
      attach: (_hint: Hint) => () => {},
      close: () => this.stop(),
      send: async (batch) => {
        this.#tell(batch);
        return true;
      },
    };
  }

  #tell({ events, passedFrom }: NumberedBatch): void {
    const { publish, stream } = this.#options;
    // What was passed over may have changed anything.
    if (passedFrom !== undefined) publish.publishAll(stream);
    for (const row of events.rows) this.#tellOf(row);
  }

  #tellOf(row: EventRow): void {
    const { publish, stream, projection, invalidating } = this.#options;
    if (invalidating.includes(row[1])) publish.invalidate(stream);
    for (const change of projection?.changesOf(row) ?? []) {
      if (!('key' in change)) publish.publishAll(stream);
      else {
        const { kind, key, version, value } = change;
        const given = value === null ? {} : { value: JSON.parse(value) };
        publish.publishItem({ stream, kind, key, version, ...given });
      }
    }
  }
}
