// Polls by the FutoIn envelope: the answer is the list alone, so the last event of it is what the next poll
// acknowledges.
import { POLL, post } from '../../wire/judge/raw.ts';
import { type Event, inTime, pause, type ReaderSession } from './reader.ts';

/** How this wire words what passes: it does not tell one from the other. */
const PASSING = ['InternalError', 'DefenseRejected'];

export async function futoinPoll(session: ReaderSession): Promise<void> {
  const { random, nodes, recorder, name } = session.options;
  let lastId = random.chance(0.5) && session.kept !== '0' ? session.kept : null;
  for (let nth = random.below(8); nth >= 0; nth -= 1) {
    const asked = { askedAt: session.now(), position: session.kept, lastId };
    const place = `${nodes.url(random).replace('http://', '')}/futoin`;
    const p = { ...session.params, last_id: lastId };
    const { message } = await inTime(post(place, { f: `${POLL}:pollEvents`, p }));
    if (message.e !== undefined) {
      if (!PASSING.includes(message.e)) recorder.unexpected.push(`${name}: ${message.edesc}`);
      return;
    }
    const events = message.r as Event[];
    session.record({ ...asked, seq: null, after: null, upTo: null, isRefused: false }, events);
    if (nth === 0 && random.chance(0.5)) return;
    lastId = events.at(-1)?.id ?? lastId;
    if (lastId !== null) session.keep(lastId);
    if (events.length === 0) await pause(random.below(40));
  }
}
