// Tells providers of the application's own what changes in the state of a stream, as this node comes to know of it.
//
// Who is told of a change may look into the state at once, and would not be told again: so it is told when the change
// is in there, as who is pinged is. One after the other, in the order of the events.
import { systemClock } from '../../base/clock.ts';
import type { Hint } from '../../base/hint.ts';
import type { EventRow } from '../../contract/event.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { Channel, NumberedBatch } from '../../delivery/channel.ts';
import type { Delivery } from '../../delivery/delivery.ts';
import { wantFilter } from '../../feed/cut.ts';
import type { StateView } from '../../state/state-view.ts';
import type { PublishedItem } from '../stream-kinds.ts';

export interface StateNewsOptions {
  readonly delivery: Delivery;
  readonly stream: string;
  /** null: of this stream no state is kept. */
  readonly view: StateView | null;
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
  #told: Promise<void> = Promise.resolve();

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
    const { delivery, stream, view, invalidating, batchMax } = this.#options;
    const changing = view?.projection.typesOf(view.projection.kinds) ?? [];
    return delivery.follow({
      ...{ stream, principal: 'internal', component: null, point: 'now' },
      filter: wantFilter([...changing, ...invalidating]),
      bytesMax: BYTES_MAX,
      limits: { batchMax, checkpointMs: CHECKPOINT_MS, ackTimeoutMs: Number.POSITIVE_INFINITY },
      peer: this,
      openChannel: ({ start }) => {
        void this.#inTurn(() => this.#tellAll(start));
        return this.#channel();
      },
    });
  }

  #channel(): Channel {
    return {
      // What was passed over is told also where nothing follows it.
      sendsCheckpoints: true,
      isWritable: true,
      closed: this.#ended.signal,
      prepare: () => {},
      forget: () => {},
      attach: (_hint: Hint) => () => {},
      close: () => this.stop(),
      send: async (batch) => {
        await this.#inTurn(() => this.#tell(batch));
        return true;
      },
    };
  }

  #inTurn(tell: () => Promise<void>): Promise<void> {
    const turn = this.#told.then(tell);
    this.#told = turn.catch(() => {});
    return turn;
  }

  /** What was there before it could listen: now it is whole, and some of it may be news. */
  async #tellAll(upTo: EventId): Promise<void> {
    const { publish, stream, view } = this.#options;
    await view?.reached(upTo, this.#ended.signal);
    if (!this.#ended.signal.aborted) publish.publishAll(stream);
  }

  async #tell({ events, passedFrom }: NumberedBatch): Promise<void> {
    const { publish, stream, view } = this.#options;
    await view?.taken(events, this.#ended.signal);
    if (this.#ended.signal.aborted) return;
    // What was passed over may have changed anything.
    if (passedFrom !== undefined) publish.publishAll(stream);
    for (const row of events.rows) this.#tellOf(row);
  }

  #tellOf(row: EventRow): void {
    const { publish, stream, view, invalidating } = this.#options;
    if (invalidating.includes(row[1])) publish.invalidate(stream);
    for (const change of view?.projection.changesOf(row) ?? []) {
      if (!('key' in change)) publish.publishAll(stream);
      else {
        const { kind, key, version, value } = change;
        const given = value === null ? {} : { value: JSON.parse(value) };
        publish.publishItem({ stream, kind, key, version, ...given });
      }
    }
  }
}
