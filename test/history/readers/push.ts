// Pushed by JSON-RPC: batches are acknowledged, refused, or left without an answer with the connection thrown away.
import { type Pushed, RpcSocket } from '../../support/rpc.ts';
import { inTime, type ReaderSession } from './reader.ts';
import { Receiver } from './receiver.ts';

export async function push(session: ReaderSession): Promise<void> {
  const { random, nodes, isLive } = session.options;
  const receiver = new Receiver(session);
  const socket = await RpcSocket.open(nodes.url(random), ({ params }: Pushed) => {
    const { after, up_to: upTo } = params;
    const answer = receiver.take({ seq: params.seq, after, upTo, events: [...params.events] });
    if (receiver.isLeaving) socket.socket.terminate();
    return answer ?? undefined;
  });
  try {
    const from = isLive && random.chance(0.3) ? { from: 'beginning' } : {};
    const inFlight = { max_in_flight: 1 + random.below(6) };
    const subscribing = socket.call('readyToReceive', { ...session.params, ...from, ...inFlight });
    await inTime(Promise.race([subscribing, socket.closed]));
    await session.stay(socket.closed);
  } finally {
    socket.socket.terminate();
  }
}
