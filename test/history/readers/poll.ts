// Polls by JSON-RPC, each acknowledging what the one before it gave; LIVE too, where that only says where to read on.
import { call } from '../../support/rpc.ts';
import { type Event, inTime, pause, type ReaderSession } from './reader.ts';

export async function poll(session: ReaderSession): Promise<void> {
  const { random } = session.options;
  let lastId = random.chance(0.5) && session.kept !== '0' ? session.kept : null;
  for (let nth = random.below(8); nth >= 0; nth -= 1) {
    const { upTo } = await pollOnce(session, lastId);
    // Half of the last answers of a session are forgotten.
    if (nth === 0 && random.chance(0.5)) return;
    lastId = upTo;
    session.keep(upTo);
  }
}

/**
 * Two at once of what should be one after the other, as when a consumer has given up on an answer: the second
 * acknowledges more than the first, and it counts whichever is carried out last.
 */
export async function pollTwiceAtOnce(session: ReaderSession): Promise<void> {
  const { events, upTo } = await pollOnce(session, null);
  const some = events[0]?.id;
  if (some === undefined) return pause(session.options.random.below(50));
  session.keep(upTo);
  const polls = await Promise.allSettled([pollOnce(session, some), pollOnce(session, upTo)]);
  // None is left behind: what answers a later session's question would count as the answer to its own.
  for (const poll of polls) if (poll.status === 'rejected') throw poll.reason;
}

async function pollOnce(
  session: ReaderSession,
  lastId: string | null,
): Promise<{ events: readonly Event[]; upTo: string }> {
  const { random, nodes } = session.options;
  const asked = { askedAt: session.now(), position: session.kept, lastId };
  const more = { last_id: lastId, limit: 1 + random.below(100), wait_ms: random.below(50) };
  const polling = call(nodes.url(random), 'pollEvents', { ...session.params, ...more });
  const { after, up_to: upTo, events } = await inTime(polling);
  session.record({ ...asked, seq: null, after, upTo, isRefused: false }, events);
  return { events, upTo };
}
