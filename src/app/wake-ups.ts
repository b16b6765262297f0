// What wakes the loops of a stream before their pace does: flushes and steps of this process, hints of producers, and
// commits of other processes where the database can tell of them. All of it may get lost.
import type { Service } from '../base/lifecycle.ts';
import type { Feed } from '../feed/feed.ts';
import type { Sequencer } from '../generator/sequencer.ts';
import type { ChangedPlace, Store, Watch } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** A loop that reads the stream on its own. */
export interface WokenRelay {
  readonly stream: string;
  hint(): void;
}

export interface WakeUpsOptions extends Pick<Telemetry, 'logger' | 'notices'> {
  readonly store: Store;
  readonly feeds: ReadonlyMap<string, Feed>;
  readonly sequencers: ReadonlyMap<string, Sequencer>;
  readonly relays: readonly WokenRelay[];
  /** False: of other processes nothing is heard. */
  readonly isWatching: boolean;
}

export class WakeUps implements Service {
  readonly #options: WakeUpsOptions;
  readonly #watch: Watch | null;

  constructor(options: WakeUpsOptions) {
    const { store, isWatching, notices, logger } = options;
    this.#options = options;
    const onError = (error: unknown) => {
      notices.give('workerError', { worker: 'watch', stream: null, error });
      logger.warn({ error }, 'Commits of other processes are not told of; they are looked for.');
    };
    this.#watch = isWatching
      ? store.watch({ onError, onChange: (stream, place) => this.#wake(stream, place) })
      : null;
  }

  async start(): Promise<void> {
    await this.#watch?.start();
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
  }

  /** Events of the stream have got their ids in this process. */
  onGrown(stream: string): void {
    this.#wake(stream, 'queue');
    this.#watch?.announce(stream);
  }

  /** Events of the stream may have been committed by SQL. */
  onHint(stream: string): void {
    this.#wake(stream, 'inbox');
  }

  #wake(stream: string | null, place: ChangedPlace): void {
    const { feeds, sequencers, relays } = this.#options;
    // Without a sequencer the inbox is the queue.
    const isForSequencers = place === 'inbox' && sequencers.size > 0;
    const loops = isForSequencers ? sequencers : feeds;
    if (stream !== null) loops.get(stream)?.hint();
    else for (const loop of loops.values()) loop.hint();
    if (isForSequencers) return;
    for (const relay of relays) if (stream === null || relay.stream === stream) relay.hint();
  }
}
