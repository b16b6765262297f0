// Events by push: one socket, one subscription, an answer to each batch.
import { nextTurn } from '../base/clock.ts';
import { type EventId, idPlus } from '../contract/event-id.ts';
import { CallError, isCallError, TAKEN_OVER } from './call-error.ts';
import type { CallParams } from './caller.ts';
import { DatabaseCheck } from './database-check.ts';
import { InOrder } from './in-order.ts';
import { beginLive } from './live-start.ts';
import { readBatch, type WireBatch } from './received-batch.ts';
import { type Calling, isLive, type Reading, type Receiver } from './receiver.ts';
import type { Taken } from './refusal.ts';
import { type IncomingCall, type OnCall, RpcSocket } from './rpc-socket.ts';
import type { Transport } from './transport.ts';

/** Of batches: LIVE is passed over what comes while so many are under way, so a burst needs room. */
const LIVE_IN_FLIGHT = 16;
const UNREGISTERED = 4003;

/** An onEvents's params, beyond what makes a batch. */
type PushedBatch = Parameters<typeof readBatch>[0] & { readonly seq: number };

export class PushReceiver implements Receiver {
  readonly #transport: Transport;
  readonly #inFlight: number;

  /** `inFlight`: of batches of a registered consumer, sent before they are acknowledged. */
  constructor(transport: Transport, inFlight: number) {
    this.#transport = transport;
    this.#inFlight = inFlight;
  }

  async session(reading: Reading): Promise<never> {
    const { ending } = reading;
    /** Aborted with why the session has ended. */
    const over = new AbortController();
    let check: DatabaseCheck | null = null;
    const socket = await RpcSocket.open(
      this.#transport,
      {
        onCall: isLive(reading) ? inAnyOrder(reading) : inOrder(reading, this.#inFlight, over),
        onSilence: () => check?.begin(),
      },
      ending,
    );
    // The handler's answer to the batch at hand still goes out.
    const leave = () =>
      void reading
        .settled()
        .then(nextTurn)
        .then(() => socket.close());
    const cut = () => socket.close();
    ending.addEventListener('abort', leave, { once: true });
    over.signal.addEventListener('abort', cut, { once: true });
    void socket.closed.then((code) => over.abort(closeError(code)));
    try {
      ending.throwIfAborted();
      if (isLive(reading)) await subscribeLive(socket, reading);
      else await subscribe(socket, reading, this.#inFlight);
      reading.ready();
      check = new DatabaseCheck({ reading, socket, over: over.signal });
      await socket.closed;
      throw over.signal.reason;
    } finally {
      ending.removeEventListener('abort', leave);
      over.abort();
      socket.close();
    }
  }
}

/**
 * A handler that has outlasted its connection is waited for, and what it has done is acknowledged before more is asked
 * for: one that takes longer than the server waits would else be given the same batch for ever.
 */
async function subscribe(socket: RpcSocket, reading: Reading, inFlight: number): Promise<void> {
  const { component, stream, want } = reading;
  const call: Calling = (method, params) => socket.call(method, params);
  await reading.register(call);
  await reading.idle();
  await reading.acknowledge(call);
  await socket.call('readyToReceive', { component, stream, want, max_in_flight: inFlight });
}

async function subscribeLive(socket: RpcSocket, reading: Reading): Promise<void> {
  const { component, stream, want, from = 'now' } = reading;
  // What a handler of the last session is still at is not asked for again.
  await reading.idle();
  const ask = (start: Pick<CallParams<'readyToReceive'>, 'from' | 'epoch'>) =>
    socket.call('readyToReceive', {
      component,
      stream,
      want,
      max_in_flight: LIVE_IN_FLIGHT,
      ...start,
    });
  await beginLive(reading, (method, params) => socket.call(method, params));
  const { position } = reading;
  if (position === null) await ask({ from });
  else {
    const { id, epoch } = position;
    await ask({ from: { id }, epoch }).catch((error) => {
      if (!isCallError(error) || error.code !== 'CursorTooOld') throw error;
      // What was discarded meanwhile is passed over.
      return ask({ from: { id: idPlus(error.details.earliest as EventId, -1) }, epoch });
    });
  }
}

/** `over` is aborted with the reason when a batch must be lost, or cannot be handed over. */
function inOrder(reading: Reading, inFlight: number, over: AbortController): OnCall {
  const take = (batch: WireBatch) => reading.take(batch, over.signal);
  const batches = new InOrder(take, inFlight + 1);
  return onBatch((seq, batch) =>
    batches.take(seq, batch).catch((error: unknown) => {
      over.abort(error);
      return null;
    }),
  );
}

/** The numbers of LIVE have gaps where events were passed over; and what has come is not sent again. */
function inAnyOrder(reading: Reading): OnCall {
  return onBatch((_seq, batch) => reading.take(batch));
}

function onBatch(take: (seq: number, batch: WireBatch) => Promise<Taken>): OnCall {
  return async ({ method, params, text, paramsStart }: IncomingCall) => {
    if (method !== 'onEvents') return null;
    const pushed = params as PushedBatch;
    return (await take(pushed.seq, readBatch(pushed, text, paramsStart))) ?? undefined;
  };
}

function closeError(code: number): CallError {
  const details = { closeCode: code };
  if (code === TAKEN_OVER) {
    const message = 'A newer reader of the same consumer has taken over.';
    return new CallError('ConsumerBusy', { message, details });
  }
  if (code === UNREGISTERED) {
    return new CallError('NotRegistered', { message: 'The consumer was unregistered.', details });
  }
  return new CallError('CommError', { message: 'The connection was lost.', details });
}
