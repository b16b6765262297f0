// Events by push: one socket, one subscription, an answer to each batch.
import { type EventId, idPlus } from '../contract/event-id.ts';
import { CallError, isCallError, TAKEN_OVER } from './call-error.ts';
import type { CallParams } from './caller.ts';
import { InOrder } from './in-order.ts';
import { readBatch, type WireBatch } from './received-batch.ts';
import { isLive, type Reading, type Receiver } from './receiver.ts';
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
    const failed = new AbortController();
    const onCall = isLive(reading)
      ? inAnyOrder(reading)
      : inOrder(reading, this.#inFlight, (error) => failed.abort(error));
    const socket = await RpcSocket.open(this.#transport, onCall, ending);
    const leave = () => socket.close();
    const stops = [ending, failed.signal];
    for (const stop of stops) stop.addEventListener('abort', leave, { once: true });
    try {
      ending.throwIfAborted();
      await reading.prepare((method, params) => socket.call(method, params));
      if (isLive(reading)) await subscribeLive(socket, reading);
      else await subscribe(socket, reading, this.#inFlight);
      reading.ready();
      const code = await socket.closed;
      throw failed.signal.aborted ? failed.signal.reason : closeError(code);
    } finally {
      for (const stop of stops) stop.removeEventListener('abort', leave);
      socket.close();
    }
  }
}

async function subscribe(socket: RpcSocket, reading: Reading, inFlight: number): Promise<void> {
  const { component, stream, want } = reading;
  await socket.call('readyToReceive', { component, stream, want, max_in_flight: inFlight });
}

async function subscribeLive(socket: RpcSocket, reading: Reading): Promise<void> {
  const { component, stream, want, from = 'now' } = reading;
  const ask = (start: Pick<CallParams<'readyToReceive'>, 'from' | 'epoch'>) =>
    socket.call('readyToReceive', {
      component,
      stream,
      want,
      max_in_flight: LIVE_IN_FLIGHT,
      ...start,
    });
  if (from === 'now' && reading.position === null) {
    // As an id, since "now" would be another one after the next connection.
    const { last, epoch } = await socket.call('streamInfo', { stream });
    reading.beginAt({ id: last, epoch });
  }
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

function inOrder(reading: Reading, inFlight: number, onFailure: (error: unknown) => void): OnCall {
  const batches = new InOrder((batch: WireBatch) => reading.take(batch), inFlight + 1);
  return onBatch((seq, batch) =>
    batches.take(seq, batch).catch((error: unknown) => {
      onFailure(error);
      return false;
    }),
  );
}

/** The numbers of LIVE have gaps where events were passed over. */
function inAnyOrder(reading: Reading): OnCall {
  return onBatch((_seq, batch) => reading.take(batch));
}

function onBatch(take: (seq: number, batch: WireBatch) => Promise<boolean>): OnCall {
  return async ({ method, params, text, paramsStart }: IncomingCall) => {
    if (method !== 'onEvents') return null;
    const pushed = params as PushedBatch;
    return take(pushed.seq, readBatch(pushed, text, paramsStart));
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
