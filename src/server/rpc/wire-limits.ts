// What an envelope can carry and say, as far as it changes what a method does.

export interface WireLimits {
  /** Events of other types are passed over; null = it carries them all. */
  readonly canCarry: ((type: string) => boolean) | null;
  /** The most bytes of events that one answer or one batch may hold; one event always fits. */
  readonly answerBytesMax: number;
  /**
   * True when an answer says which range it covers, so that the consumer acknowledges what it was not given too. Else
   * the server moves the cursor over unwanted events by itself.
   */
  readonly tellsRange: boolean;
}
