// What is recorded of a run, as plain data: every write with its answer, every batch that a consumer got, and what the
// tables hold at the end. Times are of one process and strictly increasing, so that two of them are never equal.

/** One event as its writer made it; the key is its data, and is used once. */
export interface Written {
  readonly key: string;
  readonly type: string;
}

/** One event as it was delivered, or as it lies in a table. */
export interface Row extends Written {
  readonly id: string;
}

/**
 * `unknown`: the connection was cut, or the answer lost, when it may have been carried out: all of it is there once, or
 * nothing is.
 */
export type Outcome = 'committed' | 'rolled back' | 'unknown';

/** One transaction, one statement that commits by itself, or one call. */
export interface Write {
  readonly writer: string;
  /** In the order of writing. */
  readonly events: readonly Written[];
  /** Written and taken back by a savepoint. */
  readonly undone: readonly Written[];
  /** When `begin`, or the call, was sent. */
  readonly begunAt: number;
  /** When `commit`, or the call, was sent; null = never. */
  readonly commitSentAt: number | null;
  /** When it was known to be committed; null = it is not known. */
  readonly committedAt: number | null;
  readonly outcome: Outcome;
  /** A call with an idempotency key: it was repeated until it was known what had become of it. */
  readonly isKeyed: boolean;
  /** The ids of the events, as each answer told them; none with transactions, more than one when a call was repeated. */
  readonly answers: readonly (readonly string[])[];
}

export interface Consumer {
  readonly name: string;
  /** The types that reach it; null = all. */
  readonly want: readonly string[] | null;
  readonly isLive: boolean;
  /** Up to where it has acknowledged at the end. */
  readonly acknowledged: string;
}

export interface Batch {
  readonly consumer: string;
  /** One subscription, or some polls after each other, with what the consumer remembers between them. */
  readonly session: number;
  /** The number on the subscription; null = polled. */
  readonly seq: number | null;
  /** When the poll, or the wish to receive, was sent. */
  readonly askedAt: number;
  readonly receivedAt: number;
  /** What the consumer had acknowledged when it asked. */
  readonly position: string;
  /** What the poll itself acknowledged; null = nothing, or pushed. */
  readonly lastId: string | null;
  /** The range that the batch speaks of; null = the wire does not say it. */
  readonly after: string | null;
  readonly upTo: string | null;
  readonly events: readonly Row[];
  readonly isRefused: boolean;
}

/** What is known to be stored as acknowledged from a moment on. */
export interface Acknowledgement {
  readonly consumer: string;
  readonly upTo: string;
  readonly at: number;
}

export interface History {
  readonly writes: readonly Write[];
  readonly consumers: readonly Consumer[];
  /** In the order in which they came. */
  readonly batches: readonly Batch[];
  readonly acknowledgements: readonly Acknowledgement[];
  /** What is left in the active database, read before the archive. */
  readonly queued: readonly Row[];
  readonly archived: readonly Row[];
}
