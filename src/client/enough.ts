// How a handler ends its run in the middle of a batch.

/** What a handler resolves with to have had enough. */
export class Enough {
  /** The last event that was handled. */
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }
}

/**
 * Ends a run in the middle of a batch: a handler resolves with it, everything up to and including the event is
 * acknowledged, and the run resolves.
 *
 * @param id of an event of the batch
 */
export function enough(id: string): Enough {
  return new Enough(id);
}
