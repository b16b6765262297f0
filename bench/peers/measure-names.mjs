// What can be measured, in order; apart from measure.mjs, which cannot be loaded before the peers are installed.
export const measureNames = ['add-event', 'push-backlog', 'latency', 'produce', 'archive'];
