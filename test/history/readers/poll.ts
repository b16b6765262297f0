// Polls by JSON-RPC, each acknowledging what the one before it gave; LIVE too, where that only says where to read on.
import { call } from '../../support/rpc.ts';
import { inTime, type ReaderSession } from './reader.ts';

export async function poll(session: ReaderSession): Promise<void> {
  const { random, nodes } = session.options;
  let lastId = random.chance(0.5) && session.kept !== '0' ? session.kept : null;
  for (let nth = random.below(8); nth >= 0; nth -= 1) {
    const asked = { askedAt: session.now(), position: session.kept, lastId };
    const url = nodes.url(random);
    const more = { last_id: lastId, limit: 1 + random.below(100), wait_ms: random.below(50) };
    const answer = await inTime(call(url, 'pollEvents', { ...session.params, ...more }));
    const { after, up_to: upTo } = answer;
    session.record({ ...asked, seq: null, after, upTo, isRefused: false }, answer.events);
    // Half of the last answers of a session are forgotten.
    if (nth === 0 && random.chance(0.5)) return;
    lastId = upTo;
    session.keep(upTo);
  }
}
