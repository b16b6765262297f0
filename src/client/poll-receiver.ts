// Events by poll: each answer is handled, and acknowledged by the next question. It needs no socket. A batch that was
// refused is said by a call of its own, which tells when to ask again, and for how much.
import { backoffMs } from '../base/backoff.ts';
import { systemClock } from '../base/clock.ts';
import { compareIds, type EventId, NO_EVENT } from '../contract/event-id.ts';
import { CallError } from './call-error.ts';
import { CALL_MS_MAX, type Caller, type CallParams } from './caller.ts';
import { beginLive } from './live-start.ts';
import { readBatch, type WireBatch } from './received-batch.ts';
import { type Calling, isLive, type Reading, type Receiver } from './receiver.ts';
import { Refusal } from './refusal.ts';
import { ERROR_CHARS_MAX } from './rpc-socket.ts';

/** How long the server holds a question that it has no events for: below the time-outs of most proxies. */
const WAIT_MS = 20_000;
/** How much longer an answer may take before the server counts as gone. */
const PATIENCE_MS = 15_000;
const BACKOFF = { firstMs: 100, maxMs: 10_000 };

interface Limits {
  /** For events, at the server. */
  readonly waitMs: number;
  /** For the whole answer. */
  readonly timeoutMs: number;
}

export class PollReceiver implements Receiver {
  readonly #caller: Caller;
  readonly #eventsMax: number | undefined;
  /** Up to here events are asked for one by one: one of them could not be handled. */
  #aloneUpTo: EventId = NO_EVENT;

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
    // Registering is remembered and asks nothing, so only the first answer shows that there is a server. Until then
    // nobody counts on being told, and a large answer may take its time.
    let batch = await this.#ask(reading, { waitMs: 0, timeoutMs: CALL_MS_MAX });
    reading.ready();
    let refusals = 0;
    for (;;) {
      const isNews = batch.events.length > 0 || batch.upTo !== batch.after || batch.isEnd;
      const taken = isNews ? await reading.take(batch) : null;
      if (!(taken instanceof Refusal)) refusals = 0;
      else {
        await systemClock.sleep(await this.#report(reading, batch, taken, refusals), signal);
        refusals += 1;
      }
      signal.throwIfAborted();
      batch = await this.#ask(reading, { waitMs: WAIT_MS, timeoutMs: WAIT_MS + PATIENCE_MS });
    }
  }

  /** Gives how long to pause: as the server says, or where it cannot be told, as ever. */
  async #report(
    reading: Reading,
    { events, after, upTo, epoch }: WireBatch,
    { error }: Refusal,
    refusals: number,
  ): Promise<number> {
    const { component, stream, ending: signal } = reading;
    const params = {
      ...{ component, stream, after, up_to: upTo, epoch },
      error: error.slice(0, ERROR_CHARS_MAX),
      event_id: events.length === 1 ? (events[0]?.id ?? null) : null,
    };
    try {
      const verdict = await this.#caller.call('reportFailure', params, { signal });
      const { alone_up_to: aloneUpTo, retry_after_ms: pauseMs } = verdict;
      if (aloneUpTo !== null) this.#aloneUpTo = aloneUpTo as EventId;
      return pauseMs;
    } catch {
      // An older server, or one that cannot write now.
      return backoffMs(refusals, BACKOFF);
    }
  }

  async #ask(reading: Reading, { waitMs, timeoutMs }: Limits): Promise<WireBatch> {
    const { component, stream, want, position, ending: signal } = reading;
    const isAlone = compareIds((position?.id ?? NO_EVENT) as EventId, this.#aloneUpTo) < 0;
    const limit = isAlone ? 1 : this.#eventsMax;
    const params: CallParams<'pollEvents'> = {
      component,
      stream,
      want,
      wait_ms: waitMs,
      ...(position !== null && { last_id: position.id, epoch: position.epoch }),
      ...(limit !== undefined && { limit }),
    };
    const options = { signal, timeoutMs };
    try {
      const text = await this.#caller.callText('pollEvents', JSON.stringify(params), options);
      return readBatch(JSON.parse(text), text, 0);
    } catch (error) {
      if (!reading.goesBack(error)) throw error;
      return this.#ask(reading, { waitMs, timeoutMs });
    }
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
