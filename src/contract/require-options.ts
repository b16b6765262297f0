// Refuses options that the caller cannot have meant, before anything is done.
import { type Check, optionProblem, valueProblem } from '../base/options.ts';
import { ServiceError } from './errors.ts';

/** Throws `InvalidRequest`, which names the function and the option. */
export function requireOptions(
  where: string,
  options: unknown,
  checks: Readonly<Record<string, Check>>,
): void {
  const problem = optionProblem(options, checks);
  if (problem !== null) throw invalidOption(where, problem);
}

/** The same for a single value. */
export function requireValue(where: string, name: string, value: unknown, check: Check): void {
  const problem = valueProblem(name, value, check);
  if (problem !== null) throw invalidOption(where, problem);
}

export function invalidOption(where: string, problem: string): ServiceError {
  return new ServiceError('InvalidRequest', { message: `${where}: ${problem}` });
}
