// What a database server has cost, as the system counts it: CPU time of its main process and of its children, those
// that have ended too. Linux only, and only for a server on this machine; otherwise it is not known.
import { readdirSync, readFileSync } from 'node:fs';

/** The unit of /proc/<pid>/stat, on every Linux that Node runs on. */
const TICK_MICROS = 10_000;

/** CPU time of this process and of its children so far, in microseconds; null when it cannot be seen. */
export function serverCpuMicros(pid) {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(name));
  const own = processes.filter((each) => each?.pid === pid || each?.parentPid === pid);
  if (own.length === 0) return null;
  return own.reduce((sum, { ticks }) => sum + ticks, 0) * TICK_MICROS;
}

/** The parent of a process that is called `name`; null when there is no such process here. */
export function parentOf(pid, name) {
  const stat = statOf(pid);
  return stat?.name === name ? stat.parentPid : null;
}

/** null when it has ended meanwhile: then its parent has its ticks. */
export function statOf(pid) {
  let text;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The name stands in brackets and may hold anything, brackets and spaces too.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number);
  return {
    pid: Number(pid),
    name: text.slice(text.indexOf('(') + 1, end),
    parentPid: Number(fields[1]),
    ticks: user + system + childrenUser + childrenSystem,
  };
}
