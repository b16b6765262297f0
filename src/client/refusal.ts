// What a batch is refused with: the server keeps it, and gives the same again.

export class Refusal {
  /** In the handler's words. */
  readonly error: string;

  constructor(error: unknown) {
    this.error = error instanceof Error ? error.message : String(error);
  }
}

/** What became of a batch; null = nobody waits for an answer any more. */
export type Taken = true | Refusal | null;
