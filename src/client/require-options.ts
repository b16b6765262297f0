// Refuses options that the caller cannot have meant, before anything is sent.
import { type Check, optionProblem } from '../base/options.ts';
import { CallError } from './call-error.ts';

/** Throws `InvalidRequest`, which names the function and the option. */
export function requireOptions(
  where: string,
  options: unknown,
  checks: Readonly<Record<string, Check>>,
): void {
  const problem = optionProblem(options, checks);
  if (problem !== null) throw invalidRequest(`${where}: ${problem}`);
}

export function invalidRequest(message: string): CallError {
  return new CallError('InvalidRequest', { message });
}
