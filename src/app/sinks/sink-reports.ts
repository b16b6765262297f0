// What is told of a sink, in the log, by notices and so in the metrics: what it does wrong itself is told as its
// failure, what the database does as that of the work.

import { isServiceError } from '../../contract/errors.ts';
import type { EventRow } from '../../contract/event.ts';
import type { EventId } from '../../contract/event-id.ts';
import type { Gap } from '../../relay/relay.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { SinkFeed } from './sink-feed.ts';

export type SinkFailure = 'of-sink' | 'of-work' | 'of-stop';

export class SinkReports {
  readonly #telemetry: Telemetry;
  readonly #feed: SinkFeed;
  readonly #canRewind: boolean;
  readonly #facts: { readonly stream: string; readonly sink: string };
  /** Behind which event the last gap was: it is found again at each opening until the sink is told of it. */
  #gapAfter: EventId | null = null;

  /** `canRewind`: there is a command that brings the sink back in line with a history that has forked. */
  constructor(feed: SinkFeed, canRewind: boolean, telemetry: Telemetry) {
    this.#telemetry = telemetry;
    this.#feed = feed;
    this.#canRewind = canRewind;
    this.#facts = { stream: feed.stream, sink: feed.name };
    telemetry.metrics.sinkStopped.set(this.#facts, 0);
  }

  failed(error: unknown, attempt: number, whose: SinkFailure): void {
    const { notices, logger } = this.#telemetry;
    const facts = { error, ...this.#facts, attempt };
    if (whose === 'of-stop') {
      logger.warn(facts, 'A sink was stopped before it was done; its events come again.');
    } else if (whose === 'of-sink') {
      notices.give('sinkError', { ...this.#facts, error });
      logger.error(facts, `A sink has failed, and ${this.#next(error)}.`);
    } else {
      notices.give('workerError', { worker: 'sinks', stream: this.#feed.stream, error });
      logger.error(facts, 'The relay to a sink could not go on.');
    }
  }

  /** What becomes of it. */
  #next(error: unknown): string {
    if (isServiceError(error) && error.code === 'HistoryForked' && this.#canRewind) {
      const command = `aftercommit relay --only ${this.#feed.name} --rewind ${error.details.at}`;
      return `is brought back in line by: ${command}`;
    }
    return this.#feed.onError === 'stop' ? 'is stopped' : 'is given the same events again';
  }

  stopped(error: unknown): void {
    this.#telemetry.notices.give('sinkStopped', { ...this.#facts, error });
  }

  written(count: number): void {
    this.#telemetry.metrics.sinkEvents.inc(this.#facts, count);
  }

  skipped([id, type]: EventRow, error: unknown): void {
    const { notices, logger } = this.#telemetry;
    notices.give('sinkSkipped', { ...this.#facts, id, type, error });
    logger.error({ error, ...this.#facts, id, type }, 'A sink refuses an event; it is skipped.');
  }

  gap({ after, earliest }: Gap): void {
    if (after === this.#gapAfter) return;
    this.#gapAfter = after;
    const { notices, logger } = this.#telemetry;
    notices.give('sinkGap', { ...this.#facts, after, earliest });
    logger.error({ ...this.#facts, after, earliest }, 'A sink goes on behind discarded events.');
  }

  invalid(id: EventId): void {
    const facts = { ...this.#facts, id };
    this.#telemetry.logger.warn(facts, 'An event whose data is not JSON goes out as null.');
  }

  givenUp(): void {
    const told = 'A sink did not end its write in time; it was given up.';
    this.#telemetry.logger.error(this.#facts, told);
  }
}
