// Why a batch has no effect. Match by `code`.

/**
 * `Fenced`: a newer instance has taken the consumer, or its row is gone. `CursorBehind`: events between the cursor and
 * the batch have no effect here. `HistoryForked`: the batch is of another epoch than the cursor. `TransactionEnded`:
 * the transaction was over before the cursor was written. `Parked`: an event that was parked is given once more, which
 * the cursor cannot tell from one that has its effect. `InvalidRequest`: an argument is wrong.
 */
export type ExactlyOnceErrorCode =
  | 'Fenced'
  | 'CursorBehind'
  | 'HistoryForked'
  | 'TransactionEnded'
  | 'Parked'
  | 'InvalidRequest';

/** What an `ExactlyOnceError` says besides its code. */
export interface ExactlyOnceErrorOptions {
  /** What was wrong, and what to do about it. */
  readonly message: string;
  /** Facts for programs. @default {} */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The error behind it. */
  readonly cause?: unknown;
}

/** Why a batch has no effect. Match it by `code`, never by its message or class. */
export class ExactlyOnceError extends Error {
  override name = 'ExactlyOnceError';
  /** Which of the reasons. */
  readonly code: ExactlyOnceErrorCode;
  /** Facts by name, as `cursor`; empty when there are none. */
  readonly details: Readonly<Record<string, unknown>>;
  /** The same batch will never succeed here: a consumer should end instead of trying again. */
  readonly isFinal: boolean;

  /** Made by the kit. */
  constructor(code: ExactlyOnceErrorCode, { message, details, cause }: ExactlyOnceErrorOptions) {
    super(message, { cause });
    this.code = code;
    this.details = details ?? {};
    // A deadlock that the effect has swallowed ends a transaction too, and may not come again.
    this.isFinal = code !== 'TransactionEnded' && code !== 'Parked';
  }
}
