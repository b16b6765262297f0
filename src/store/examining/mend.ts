// What mends something that was found.
export interface Mend {
  /** What to do about it, as a sentence. */
  readonly mend: string;
  /** The statements that do it, in order; none where it takes more than statements. */
  readonly sql: readonly string[];
}
