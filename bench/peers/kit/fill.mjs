// Fills our queue with drafts of any kind, in their order.
import { STREAM } from '../../kit/product.mjs';

const APPEND_EVENTS = 1000;

/** Appends the drafts to the queue, an EventQueue of the bench. */
export async function fillQueue({ store }, drafts) {
  for (let at = 0; at < drafts.length; at += APPEND_EVENTS) {
    await store.append(STREAM, drafts.slice(at, at + APPEND_EVENTS));
  }
}
