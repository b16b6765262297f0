// How much is measured. A slice is one variant in one round.

const FULL = {
  rounds: 5,
  sliceMs: 2000,
  backlogEvents: 50_000,
  grownEvents: 1_000_000,
  growthAdds: 40_000,
  replayEvents: 1_000_000,
  archiveEvents: 100_000,
  copyEvents: 100_000,
  snapshotEvents: 300_000,
  snapshotSteps: 200,
  crowdEvents: 10_000,
  followingConsumers: 999,
  stalledMs: 10_000,
  waitingConsumers: 1000,
  waitingMs: 4000,
  pollingConsumers: 1000,
  memoryRounds: 3,
  idleConsumers: 2000,
  stateMib: 10,
  stateClients: 200,
  latencyMs: 5000,
  silentEvents: 6,
  syncMs: 2000,
};

const QUICK = {
  rounds: 4,
  sliceMs: 200,
  backlogEvents: 10_000,
  grownEvents: 50_000,
  growthAdds: 5000,
  replayEvents: 20_000,
  archiveEvents: 20_000,
  copyEvents: 20_000,
  snapshotEvents: 20_000,
  snapshotSteps: 40,
  crowdEvents: 1000,
  followingConsumers: 99,
  stalledMs: 400,
  waitingConsumers: 100,
  waitingMs: 300,
  pollingConsumers: 100,
  memoryRounds: 1,
  idleConsumers: 250,
  stateMib: 2,
  stateClients: 40,
  latencyMs: 300,
  silentEvents: 1,
  syncMs: 300,
};

/** Long slices for one thing need fewer rounds. */
const LONG = { rounds: 2, silentEvents: 0 };

/** `latencySeconds`: undefined, or how long the slices of the latencies are. */
export function sizesOf({ isQuick, latencySeconds }) {
  if (latencySeconds === undefined) return isQuick ? QUICK : FULL;
  return { ...FULL, ...LONG, latencyMs: latencySeconds * 1000 };
}
