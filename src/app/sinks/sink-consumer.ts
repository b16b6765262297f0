// The reserved consumer of a sink, which holds discarding back for it.
import { sinkIdent } from '../../contract/consumer.ts';
import type { Store } from '../../store/store.ts';
import { startOf } from '../in-process/readers.ts';
import type { SinkFeed } from './sink-feed.ts';

/** Most often it is there, and then the stream's row is left alone. */
export async function registerSinkConsumer(
  store: Store,
  { stream, name, from }: Pick<SinkFeed, 'stream' | 'name' | 'from'>,
): Promise<void> {
  const ident = sinkIdent(name);
  if ((await store.findConsumer(stream, ident)) !== null) return;
  await store.registerConsumer(stream, ident, startOf(from));
}
