// How a handler ends its run in the middle of a batch.

/** What a handler resolves with to have had enough. */
export class Enough {
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }
}

/** Resolve a handler with it: everything up to and including the event is acknowledged, and the run ends. */
export function enough(id: string): Enough {
  return new Enough(id);
}
