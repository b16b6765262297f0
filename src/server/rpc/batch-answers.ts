// The answers to the calls of one JSON-RPC batch. Calls that write are begun at once, in their order; calls with large
// answers go one after the other, and stop when together they have answered enough: a small request must not be able
// to ask for gigabytes.

const ANSWER_CHARS_MAX = 16_777_216;
const LARGE_ANSWERS: ReadonlySet<unknown> = new Set([
  'pollEvents',
  'listConsumers',
  'listParked',
  'rpc.discover',
]);

/** True when a method's answer may hold many events. */
export function hasLargeAnswer(method: unknown): boolean {
  return LARGE_ANSWERS.has(method);
}

export interface BatchCall {
  readonly method: unknown;
  /** Never rejects; null for a notification. */
  readonly begin: () => Promise<string | null>;
  /** The answer when it is not carried out any more. */
  readonly refuse: () => string | null;
}

/** In the order of the calls, without those that are not answered. */
export async function batchAnswers(calls: readonly BatchCall[]): Promise<string[]> {
  let chars = 0;
  let large: Promise<unknown> = Promise.resolve();
  const answers = calls.map(({ method, begin, refuse }) => {
    if (!hasLargeAnswer(method)) return begin();
    const answering = large.then(async () => {
      const answer = chars > ANSWER_CHARS_MAX ? refuse() : await begin();
      chars += answer?.length ?? 0;
      return answer;
    });
    large = answering;
    return answering;
  });
  return (await Promise.all(answers)).filter((answer) => answer !== null);
}
