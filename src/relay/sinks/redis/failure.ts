// What is said of a key that Redis does not let a sink read or write.
import { reasonOf, sinkUnavailable } from '../refusals.ts';
import type { Owner } from './held.ts';

const OF_A_CLUSTER = 'the key is on another server of a Redis Cluster; give its url';

/** Throws the error with what it was about, as in `cannot read`; what is said by us says it already. */
export function failAt({ title, place }: Owner, what: string, error: Error): never {
  if (error.message.startsWith(title)) throw error;
  throw sinkUnavailable(title, `${what} the key ${place.key}: ${explained(error)}`, error);
}

function explained(error: Error): string {
  return /^(MOVED|CROSSSLOT)\b/.test(error.message) ? OF_A_CLUSTER : reasonOf(error);
}
