// What the run beside other systems says of one database, in the shape of our own figures. There a reach is a number: a
// rate is to be at least so many times the other's, a latency at most such a part of it.
import { isFaultless } from '../kit/arrivals.mjs';

/** Gives `{ figures, absent, faults }`; `faults` are ours, those of others are in the notes. */
export function peerFigures({ rates, latencies, absentPeers, faults }) {
  const figures = [...rates.map(rateFigure), ...latencies.map(latencyFigure)];
  return { figures, absent: absentPeers, faults };
}

function rateFigure(rate) {
  const { reach, cpuMicros } = rate;
  return {
    ...rate,
    cpuMicros,
    databaseCpuMicros: null,
    reach: reach === null ? null : { atLeast: reach },
    note: noteOf(rate),
  };
}

function latencyFigure(latency) {
  const { name, floorName, p50, peer, reach } = latency;
  const ratio = (which) => p50[which] / peer.p50[which];
  return {
    name: `${name}, p50`,
    floorName,
    unit: 'ms',
    ours: p50,
    floor: peer.p50,
    ratio: { best: ratio('best'), median: ratio('median') },
    cpuMicros: null,
    databaseCpuMicros: null,
    reach: reach === null ? null : { atMost: reach },
    note: noteOf(latency),
  };
}

function noteOf({ floorName, note, peerFaults }) {
  if (!peerFaults || isFaultless(peerFaults)) return note;
  const { lost, doubled, reordered, wrong } = peerFaults;
  return `${note}; ${floorName} had ${lost} lost, ${doubled} doubled, ${reordered} reordered, ${wrong} otherwise wrong`;
}
