// Whether the server of a silent connection still reads its database: one that cannot has nothing to tell, and its
// socket lives on as ever.
//
// seeing -> (a question fails for the database's sake) trouble, a pause that grows, the question again -> (it is
// answered) ready. The connection stays: events go on over it when the database is back, and not everybody connects
// again at once.
import { backoffMs } from '../base/backoff.ts';
import { systemClock } from '../base/clock.ts';
import { isCallError } from './call-error.ts';
import type { Reading } from './receiver.ts';
import type { RpcSocket } from './rpc-socket.ts';

/** As long as a silent socket is given before it is left: a database that hangs is noticed as soon as a server. */
const ANSWER_MS_MAX = 15_000;
const BACKOFF = { firstMs: 1000, maxMs: 10_000 };

export interface DatabaseCheckOptions {
  readonly reading: Reading;
  readonly socket: RpcSocket;
  /** Aborted when the session is over. */
  readonly over: AbortSignal;
}

export class DatabaseCheck {
  readonly #options: DatabaseCheckOptions;
  #isAtWork = false;
  #isBlind = false;

  constructor(options: DatabaseCheckOptions) {
    this.#options = options;
  }

  /** Returns at once; one check at a time. */
  begin(): void {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    void this.#work().finally(() => {
      this.#isAtWork = false;
    });
  }

  async #work(): Promise<void> {
    const { reading, over } = this.#options;
    for (let failures = 0; ; failures += 1) {
      const outcome = await this.#ask();
      if (over.aborted || reading.ending.aborted || outcome === 'unsaid') return;
      if (outcome === 'seeing') return this.#see();
      this.#isBlind = true;
      reading.trouble(outcome);
      await systemClock.sleep(backoffMs(failures, BACKOFF), over);
    }
  }

  #see(): void {
    if (!this.#isBlind) return;
    this.#isBlind = false;
    this.#options.reading.ready();
  }

  /** What says nothing of the database counts for nothing: a refusal, a server that does not know the method. */
  async #ask(): Promise<'seeing' | 'unsaid' | Error> {
    const { reading, socket } = this.#options;
    try {
      await socket.call('streamInfo', { stream: reading.stream }, ANSWER_MS_MAX);
      return 'seeing';
    } catch (error) {
      const isBlind =
        isCallError(error) && (error.code === 'StoreUnavailable' || error.code === 'Timeout');
      return isBlind ? error : 'unsaid';
    }
  }
}
