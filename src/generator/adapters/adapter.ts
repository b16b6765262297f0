// What the adapters share: one row goes into the inbox over a handle that the application owns. Sessions are not
// ours, so nothing is assumed about their settings. The statement is event-insert's.
import type { InboxRow } from '../event-insert.ts';

export interface Adapter<T> {
  /** Tells by shape whether the handle is one of its kind. */
  accepts(handle: unknown): handle is T;
  insert(handle: T, row: InboxRow): Promise<unknown>;
  /** Resolves when the transaction is over, rejects when it has failed; null where the handle cannot tell. */
  ended(handle: T): Promise<unknown> | null;
}
