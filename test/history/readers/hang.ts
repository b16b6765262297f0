// A consumer's process that hangs with batches in hand until another one has taken over, and then acknowledges them
// after all. That one goes without having acknowledged anything, so whatever the late answers move shows.
import { type Pushed, RpcSocket } from '../../support/rpc.ts';
import { inTime, pause, type ReaderSession } from './reader.ts';

const BATCH_MS_MAX = 300;
/** What late answers may take to do harm. */
const LATE_MS = 50;

export async function hang(session: ReaderSession): Promise<void> {
  let wake = (_answer: true | undefined) => {};
  const woken = new Promise<true | undefined>((resolve) => {
    wake = resolve;
  });
  let isHolding = false;
  const old = await subscribe(session, () => {
    isHolding = true;
    return woken;
  });
  try {
    for (let ms = 0; ms < BATCH_MS_MAX && !isHolding; ms += 10) await pause(10);
    const other = await subscribe(session.another(), () => undefined);
    wake(true);
    await pause(LATE_MS);
    other.socket.terminate();
  } finally {
    // Whether the other one took over is not known, so nothing may be answered.
    wake(undefined);
    old.socket.terminate();
  }
}

/** Resolves when the node has said that batches will come. */
async function subscribe(session: ReaderSession, answer: () => unknown): Promise<RpcSocket> {
  const { random, nodes } = session.options;
  const asked = { askedAt: session.now(), position: session.kept, lastId: null };
  const socket = await RpcSocket.open(nodes.url(random), ({ params }: Pushed) => {
    const { seq, after, up_to: upTo, events } = params;
    session.record({ ...asked, seq, after, upTo, isRefused: false }, [...events]);
    return answer();
  });
  const ready = socket.call('readyToReceive', { ...session.params, max_in_flight: 3 });
  const gone = socket.closed.then(() => {
    throw new Error('The connection went.');
  });
  await inTime(Promise.race([ready, gone])).catch((error) => {
    socket.socket.terminate();
    throw error;
  });
  return socket;
}
