// The payload that every producer is given, as the object that an application has: what is sent is made from it, by us
// as by the peers.
import { draftOf } from '../../kit/draft.mjs';

const { type, data } = draftOf(0);
const template = JSON.parse(data);

export const TYPE = type;

/** The object whose JSON is the data of draft `n`. */
export function payloadOf(n) {
  return { ...template, n };
}
