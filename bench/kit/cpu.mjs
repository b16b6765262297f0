// CPU time as microseconds per event: of the Node process with the service, and of the database server beside it.

/**
 * Does the work and adds to its result what it took: `{ cpu: { node, database } }`, in microseconds. Both meters give
 * the time so far; null is "not known", and SQLite's work is a part of Node's.
 */
export async function metered({ node, database }, work) {
  const before = { node: await node(), database: await database() };
  const result = await work();
  const after = { node: await node(), database: await database() };
  return { ...result, cpu: { node: spent('node'), database: spent('database') } };

  function spent(meter) {
    return before[meter] === null ? null : after[meter] - before[meter];
  }
}

/** Over all rounds together, since the system counts a server's time in hundredths of a second. */
export function cpuPerEvent(results) {
  const events = sumOf(results.map((result) => result.events));
  const micros = (meter) => {
    const spent = results.map((result) => result.cpu[meter]);
    return spent.includes(null) ? null : sumOf(spent) / events;
  };
  return { cpuMicros: micros('node'), databaseCpuMicros: micros('database') };
}

/** The meter of this very process. */
export function ownCpuMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function sumOf(values) {
  return values.reduce((sum, value) => sum + value, 0);
}
