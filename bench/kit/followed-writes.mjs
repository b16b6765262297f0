// Events that are written, and received by a consumer that follows.
import { checkArrivals, idsBehind } from './arrivals.mjs';
import { draftOf } from './draft.mjs';

/** One call for one event. */
export function addEvent(caller, n) {
  const { type, data } = draftOf(n);
  return caller.callText('addEvent', `{"type":"${type}","data":${data}}`);
}

/**
 * `receiver`: a child that follows; `write` makes `count` writes. Gives the writes, their arrivals `[id, n, atMs]`, and
 * the faults.
 */
export async function followWrites({ queue, receiver, count, write }) {
  const base = await queue.newest();
  const writes = await write();
  const { arrivals, brokenChains } = await receiver.ask('collect', { upTo: base + count });
  const faults = checkArrivals(arrivals, { base, ids: idsBehind(base, count) });
  return { writes, arrivals, faults: { ...faults, wrong: faults.wrong + brokenChains } };
}

/** From each write's `begunMs` or `doneMs` to its receipt, without the first `leadIn`. */
export function latenciesMs({ writes, arrivals }, from, leadIn) {
  const counted = arrivals.filter(([, n]) => n >= leadIn && n < writes.length);
  return counted.map(([, n, atMs]) => atMs - writes[n][from]);
}
