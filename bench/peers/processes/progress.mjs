// What the workers' processes tell of themselves: how far they are, and what it cost.
import { monotonicMs } from '../../kit/clock.mjs';

/** `[atMs, count]`, for each time that a worker told of events. */
const told = [];

/** A worker has done its work on so many more events. */
export function noteEvents(count) {
  told.push([monotonicMs(), count]);
}

/** For `serveParent`. */
export const progressVerbs = {
  async progress() {
    return told;
  },

  /** CPU time of this process so far, in microseconds. */
  async cpuMicros() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};
