// What has to be known of a machine to read its figures, and nothing that names it.
import { availableParallelism, loadavg } from 'node:os';

/** `load` is that of the minute before, so it tells of other work on the same CPUs. */
export function describeMachine() {
  return {
    cpuCount: availableParallelism(),
    load: Number(loadavg()[0].toFixed(2)),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}
