// Pushed by the FutoIn envelope, which says neither where a batch begins nor where it ends.
import { PUSH } from '../../wire/judge/raw.ts';
import { FutoinSocket } from '../futoin-socket.ts';
import { type Event, inTime, type ReaderSession } from './reader.ts';
import { Receiver } from './receiver.ts';

export async function futoinPush(session: ReaderSession): Promise<void> {
  const { random, nodes } = session.options;
  const receiver = new Receiver(session);
  const place = `${nodes.url(random).replace('http://', '')}/futoin`;
  const socket = await FutoinSocket.open(place, ({ p }) => {
    const { seq, events } = p as { seq: number; events: Event[] };
    const answer = receiver.take({ seq, after: null, upTo: null, events });
    if (receiver.isLeaving) socket.terminate();
    return answer === null ? null : { r: answer };
  });
  try {
    const { e } = await inTime(socket.call(`${PUSH}:readyToReceive`, session.params));
    if (e === undefined) await session.stay(socket.closed);
  } finally {
    socket.terminate();
  }
}
