// What is said of a JetStream stream that NATS does not let a sink read or write.
import { reasonOf, sinkUnavailable } from '../refusals.ts';
import type { Owner } from './held.ts';

/** Throws the error with what it was about, as in `read`; what is said by us says it already. */
export function failAt({ title, place }: Owner, verb: string, error: Error): never {
  if (error.message.startsWith(title)) throw error;
  const what = `cannot ${verb} the JetStream stream ${place.jetStream}`;
  throw sinkUnavailable(title, `${what}: ${reasonOf(error)}`, error);
}
