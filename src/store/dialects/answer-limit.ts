// A limit on waiting for an answer. Not the driver's own, whose timers run on when the connection is lost and keep the
// process from ending.

/** The result of `answer`, or a failure when it takes longer than `ms` (0 = for ever); what comes later is ignored. */
export function within<T>(
  ms: number,
  answer: Promise<T>,
  asked = 'The database server',
): Promise<T> {
  if (ms === 0) return answer;
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new NoAnswer(`${asked} gave no answer for ${ms} ms.`));
    }, ms);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

class NoAnswer extends Error {
  override name = 'NoAnswer';
  readonly code = 'PROTOCOL_SEQUENCE_TIMEOUT';
  readonly fatal = true;
}
