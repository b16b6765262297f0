// Ties a subscription's loop to what may wake or end it.
import type { Hint } from '../base/hint.ts';
import type { Feed } from '../feed/feed.ts';
import type { Channel } from './channel.ts';

/** Until the returned function is called: new events and a writable channel give the hint, a lost channel aborts. */
export function attachAll(
  wake: Hint,
  abort: AbortController,
  channel: Channel,
  feed: Feed,
): () => void {
  const onClosed = () => abort.abort();
  if (channel.closed.aborted) onClosed();
  channel.closed.addEventListener('abort', onClosed, { once: true });
  const detachFeed = feed.attach(wake);
  const detachChannel = channel.attach(wake);
  return () => {
    channel.closed.removeEventListener('abort', onClosed);
    detachFeed();
    detachChannel();
  };
}
