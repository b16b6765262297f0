// Events by poll: each answer is handled, and acknowledged by the next question. It needs no socket.
import { backoffMs } from '../base/backoff.ts';
import { systemClock } from '../base/clock.ts';
import { CallError } from './call-error.ts';
import type { Caller, CallParams } from './caller.ts';
import { beginLive } from './live-start.ts';
import { readBatch, type WireBatch } from './received-batch.ts';
import { type Calling, isLive, type Reading, type Receiver } from './receiver.ts';

/** How long the server holds a question that it has no events for: below the time-outs of most proxies. */
const WAIT_MS = 20_000;
const BACKOFF = { firstMs: 100, maxMs: 10_000 };

export class PollReceiver implements Receiver {
  readonly #caller: Caller;
  readonly #eventsMax: number | undefined;

  /** `eventsMax`: of one batch; left out, the server decides. */
  constructor(caller: Caller, eventsMax: number | undefined) {
    this.#caller = caller;
    this.#eventsMax = eventsMax;
  }

  async session(reading: Reading): Promise<never> {
    const { ending: signal } = reading;
    const call: Calling = (method, params) => this.#caller.call(method, params, { signal });
    if (!isLive(reading)) await reading.register(call);
    else await begin(reading, call);
    // What a handler of the last session is still at is not asked for again.
    await reading.idle();
    reading.ready();
    let refusals = 0;
    for (;;) {
      signal.throwIfAborted();
      const batch = await this.#ask(reading);
      const isNews = batch.events.length > 0 || batch.upTo !== batch.after;
      if (!isNews || (await reading.take(batch)) !== false) refusals = 0;
      else {
        await systemClock.sleep(backoffMs(refusals, BACKOFF), signal);
        refusals += 1;
      }
    }
  }

  async #ask({ component, stream, want, position, ending: signal }: Reading): Promise<WireBatch> {
    const params: CallParams<'pollEvents'> = {
      component,
      stream,
      want,
      wait_ms: WAIT_MS,
      ...(position !== null && { last_id: position.id, epoch: position.epoch }),
      ...(this.#eventsMax !== undefined && { limit: this.#eventsMax }),
    };
    const text = await this.#caller.callText('pollEvents', JSON.stringify(params), { signal });
    return readBatch(JSON.parse(text), text, 0);
  }
}

/** A poll without a cursor says where it begins by an id; without one it begins with the oldest event. */
async function begin(reading: Reading, call: Calling): Promise<void> {
  const { from } = reading;
  if (reading.position === null && typeof from === 'object' && 'time' in from) {
    const message =
      'from: a LIVE reader that polls begins at an id, at the beginning, or now; a time needs push';
    throw new CallError('InvalidRequest', { message });
  }
  await beginLive(reading, call);
}
