// How far long work is, now and then: on a terminal one line that is written over, with --json lines of JSON,
// nothing otherwise.
import { systemClock } from '../base/clock.ts';
import type { Call } from './command.ts';

const TERMINAL_MS = 100;
const JSON_MS = 1000;
const ERASE_LINE = '\r\u001b[K';

export class Progress {
  readonly #call: Call;
  #shownAtMs = systemClock.monotonicMs();
  #isShown = false;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Never fails: a reader that is gone is found when the result is printed. */
  async show(text: string, facts: object): Promise<void> {
    const { flags, stdout, stderr } = this.#call;
    const sinceMs = systemClock.monotonicMs() - this.#shownAtMs;
    if (flags.has('json')) {
      if (sinceMs < JSON_MS) return;
      await stdout.print(JSON.stringify(facts)).catch(() => {});
    } else if (stderr.isTerminal) {
      if (sinceMs < TERMINAL_MS) return;
      await stderr.write(`${ERASE_LINE}${text} ...`).catch(() => {});
      this.#isShown = true;
    } else return;
    this.#shownAtMs = systemClock.monotonicMs();
  }

  clear(): void {
    if (this.#isShown) void this.#call.stderr.write(ERASE_LINE).catch(() => {});
    this.#isShown = false;
  }
}
